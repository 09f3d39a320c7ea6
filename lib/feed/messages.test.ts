import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { uuidv7 } from "#lib/kit/ids";
import {
  connectorsHealth,
  feedHours,
  MESSAGES_PER_PAGE,
  messageOf,
  messagesCounted,
  messagesFound,
} from "./messages.queries.ts";
import { messageGroups } from "./messages.rules.ts";

let admin: pg.Client;
const hour = 3_600_000;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await admin.connect();
});
afterAll(() => admin.end());

/** A site with a system that hears from it, and messages to it made straight in the table. */
async function aSite() {
  const [site, connector] = [uuidv7(), uuidv7()];
  await admin.query(
    `insert into sites (id, code, name, time_zone, policy, shifts) values ($1, $2, 'Test', 'UTC', '{}', '[]')`,
    [site, `M-${randomBytes(4).toString("hex")}`],
  );
  await admin.query(
    `insert into connectors (id, site_id, code, name, config) values ($1, $2, 'bus', 'Plant bus', '{}')`,
    [connector, site],
  );
  const message = async (of: { state?: string; madeAgo?: number; number?: string } = {}) => {
    const id = uuidv7();
    const { state = "verified", madeAgo = 0 } = of;
    const isDone = !["pending", "parked", "dead"].includes(state);
    await admin.query(
      `insert into deliveries (id, site_id, connector_id, process, rule, rule_version, ordering_key, operation,
         external_key, state, payload, payload_sha256, external_id, external_number, next_at, created_at, updated_at)
       values ($1, $2, $3, 'EVENTS', 'bus', 1, $4, 'publish', $5, $6, '{}', '', $7, $8,
         now(), now() - $9 * interval '1 millisecond', now())`,
      [
        id,
        site,
        connector,
        `line-${id}`,
        `buyoff:${site}:EVENT:${id}`,
        state,
        isDone ? id : null,
        of.number ?? null,
        madeAgo,
      ],
    );
    return id;
  };
  return { actor: actorOfSeed(site), site, connector, message };
}

const everything = { search: "", group: "all", connector: null, from: null } as const;

test("shows each message once, page by page, forth and back, while new ones come", async () => {
  const { actor, message } = await aSite();
  const made: string[] = [];
  for (let n = 0; n < MESSAGES_PER_PAGE + 10; n += 1) made.unshift(await message());
  const first = await messagesFound(actor, everything);
  expect(first.previous).toBeNull();
  await message();
  const second = await messagesFound(actor, {
    ...everything,
    from: { way: "after", position: first.next ?? "" },
  });
  expect([...first.lines, ...second.lines].map(({ id }) => id)).toEqual(made);
  expect(second.next).toBeNull();
  const back = await messagesFound(actor, {
    ...everything,
    from: { way: "before", position: second.previous ?? "" },
  });
  expect(back.lines.map(({ id }) => id)).toEqual(first.lines.map(({ id }) => id));
});

test("counts in each group what the group shows, and every message is in one group and in all", async () => {
  const { actor, message } = await aSite();
  for (const state of ["pending", "parked", "dead", "verified", "cancelled"])
    await message({ state });
  const counts = await messagesCounted(actor, everything);
  expect(counts).toEqual({ stopped: 2, waiting: 1, done: 1, ended: 1, all: 5 });
  for (const group of messageGroups) {
    const { lines } = await messagesFound(actor, { ...everything, group });
    expect(lines).toHaveLength(counts[group]);
  }
});

test("finds a message by its event's id and by its number in the other system, and by nothing else", async () => {
  const { actor, message } = await aSite();
  const [wanted] = [await message({ number: "NCR-2026-0117" }), await message()];
  for (const search of [wanted, "NCR-2026-0117", "ncr-2026-0117"]) {
    const { lines } = await messagesFound(actor, { ...everything, search });
    expect(
      lines.map(({ id }) => id),
      search,
    ).toEqual([wanted]);
  }
  const none = await messagesFound(actor, { ...everything, search: "NCR-2026-01%" });
  expect(none.lines).toEqual([]);
});

test("shows nothing of another site", async () => {
  const [here, there] = [await aSite(), await aSite()];
  const theirs = await there.message();
  expect((await messagesFound(here.actor, everything)).lines).toEqual([]);
  expect(await messageOf(here.actor, theirs)).toBeNull();
  expect((await messageOf(there.actor, theirs))?.line.id).toBe(theirs);
  expect((await connectorsHealth(here.actor)).map(({ id }) => id)).toEqual([here.connector]);
});

test("says of each system what waits, since when, what is stopped and what arrived today", async () => {
  const { actor, message } = await aSite();
  await message({ state: "pending", madeAgo: 3 * hour });
  await message({ state: "pending" });
  await message({ state: "parked", madeAgo: 5 * hour });
  await message({ state: "cancelled" });
  await message();
  const [health] = await connectorsHealth(actor);
  expect(health).toMatchObject({ name: "Plant bus", waiting: 2, stopped: 1, done: 1 });
  const age = Date.now() - (health?.oldestWaiting?.getTime() ?? 0);
  expect(Math.round(age / hour)).toBe(3);
});

test("counts what waited at the end of each hour, and for how long the oldest had", async () => {
  const { actor, message } = await aSite();
  await message({ state: "pending", madeAgo: 2.5 * hour });
  await message({ madeAgo: 1.5 * hour });
  const hours = await feedHours(actor);
  expect(hours).toHaveLength(24);
  const last = hours.slice(-3).map(({ waiting, oldestSeconds, made, done }) => ({
    waiting,
    oldest: Math.round(oldestSeconds / 1800) / 2,
    made,
    done,
  }));
  expect(last).toEqual([
    { waiting: 1, oldest: 0.5, made: 1, done: 0 },
    { waiting: 2, oldest: 1.5, made: 1, done: 0 },
    { waiting: 1, oldest: 2.5, made: 0, done: 1 },
  ]);
});
