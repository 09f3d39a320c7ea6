import { Client } from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { uuidv7 } from "#lib/kit/ids";
import {
  COUNTED_MAX,
  type TravelerFilter,
  type TravelerLine,
  travelersCounted,
  travelersFound,
} from "./list.queries.ts";
import type { From } from "./pages.rules.ts";
import { buyoffsDueCounted, travelersWithBuyoffsDue } from "./waiting.queries.ts";

const site = uuidv7();
const actor = actorOfSeed(site, { roles: ["quality"] });
const finishedUnits = 12_000;
const openUnits = 120;

let client: Client;
beforeAll(async () => {
  client = new Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await client.connect();
  await client.query(
    "insert into sites (id, code, name, time_zone, policy, shifts) values ($1, 'MANY', 'Many', 'UTC', '{}', '[]')",
    [site],
  );
  // Several released in the same moment, as an order is; every tenth open one is held.
  await client.query(
    `insert into travelers (id, site_id, work_order, part_number, part_revision, serial, quantity,
       content_sha256, instruction, revision, status, operation, steps_done, steps_total, defects_open,
       holds_open, buyoffs_due, released_at, state)
     select gen_random_uuid(), $1, 'WO-' || (n / 6), 'P-' || (n % 7), 'A', 'Unit-' || lpad(n::text, 6, '0'), '1', $2,
       'WI-1', '01', case when n <= $3 then 'accepted' else 'in_work' end, null, 0, 1, 0,
       case when n > $3 and n % 10 = 0 then 1 else 0 end, '{}',
       '2026-01-01'::timestamptz + (n / 6) * interval '1 minute', '{}'
     from generate_series(1, $4::int) n`,
    [site, "0".repeat(64), finishedUnits, finishedUnits + openUnits],
  );
  await client.query("analyze travelers");
  await client.query("analyze traveler_keys");
}, 120_000);
afterAll(() => client.end());

const ask = (filter: TravelerFilter, from: From = null, search = "") =>
  travelersFound(actor, { search, filter, from });

async function allOf(filter: TravelerFilter, search = ""): Promise<TravelerLine[]> {
  const lines: TravelerLine[] = [];
  for (let from: From = null; ; ) {
    const page = await ask(filter, from, search);
    lines.push(...page.lines);
    if (!page.next) return lines;
    from = { way: "after", place: page.next };
  }
}

it("goes through all of them page by page, each once, those that want somebody first", async () => {
  const open = await allOf("open");
  expect(open).toHaveLength(openUnits);
  expect(new Set(open.map(({ id }) => id)).size).toBe(openUnits);
  const held = open.map(({ holdsOpen }) => holdsOpen);
  expect(held).toEqual(held.toSorted((a, b) => b - a));
});

it("comes back by the way it went, also to the first page", async () => {
  const first = await ask("open");
  const second = await ask("open", { way: "after", place: first.next ?? never() });
  const third = await ask("open", { way: "after", place: second.next ?? never() });
  const back = await ask("open", { way: "before", place: third.previous ?? never() });
  expect(back.lines).toEqual(second.lines);
  const home = await ask("open", { way: "before", place: back.previous ?? never() });
  expect(home.lines).toEqual(first.lines);
  expect(home.previous).toBeNull();
});

it("loses and repeats nobody when units come and go while somebody turns the pages", async () => {
  const first = await ask("all");
  const last = first.lines.at(-1);
  const before = await ask("all", { way: "after", place: first.next ?? never() });
  await client.query("update travelers set released_at = now() where id = $1", [last?.id]);
  const second = await ask("all", { way: "after", place: first.next ?? never() });
  expect(second.lines).toEqual(before.lines);
});

it("puts the unit that is exactly meant first, on the first page alone", async () => {
  const { lines } = await ask("all", null, " unit-000010 ");
  expect(lines.map(({ serial }) => serial)).toEqual(["Unit-000010"]);
  const many = await ask("all", null, "UNIT-0001");
  expect(many.lines).toHaveLength(25);
  const all = (await allOf("all", "unit-00010")).map(({ serial }) => serial);
  expect(all.toSorted()).toEqual(
    Array.from({ length: 10 }, (_, n) => `Unit-${String(100 + n).padStart(6, "0")}`),
  );
});

it("follows a number that was changed", async () => {
  const found = async (search: string) => (await ask("all", null, search)).lines.length;
  await client.query("update travelers set serial = 'Renamed-1' where serial = 'Unit-000011'");
  expect([await found("renamed-1"), await found("unit-000011")]).toEqual([1, 0]);
  await client.query("update travelers set serial = 'Unit-000011' where serial = 'Renamed-1'");
  expect([await found("renamed-1"), await found("unit-000011")]).toEqual([0, 1]);
});

it("stops counting where nobody wants to know more", async () => {
  const counts = await travelersCounted(actor, { search: "" });
  expect(counts).toMatchObject({
    open: openUnits,
    exceptions: openUnits / 10,
    finished: COUNTED_MAX + 1,
    all: COUNTED_MAX + 1,
  });
  // Of few, of more than are counted, and of so many that each filter is asked by itself.
  const few = await travelersCounted(actor, { search: "WO-2001" });
  expect(few).toEqual({ open: 6, exceptions: 1, buyoffs: 0, finished: 0, all: 6 });
  const more = await travelersCounted(actor, { search: "P-3" });
  const many = await travelersCounted(actor, { search: "wi-1" });
  for (const counts of [more, many]) {
    expect(counts).toMatchObject({ finished: COUNTED_MAX + 1, all: COUNTED_MAX + 1 });
  }
  expect(more.open).toBeGreaterThan(10);
  expect(more.open).toBeLessThan(25);
  expect(many).toMatchObject({ open: openUnits, exceptions: openUnits / 10 });
});

it("reads by an index, as the application's own role under row-level security, and never the whole table", async () => {
  const plans: string[] = [];
  // The very statements, explained by the connection that runs them.
  const statements = await statementsOf(async () => {
    const deep = await ask("all");
    await ask("all", { way: "after", place: deep.next ?? never() });
    await ask("finished");
    await ask("open");
    await ask("exceptions");
    await ask("all", null, "unit-01234");
    await ask("all", null, "wi-1");
    await ask("finished", null, "wo-1234");
    await buyoffsDueCounted(actor);
    await travelersWithBuyoffsDue(actor);
  });
  expect(statements.length).toBeGreaterThan(8);
  for (const { sql, values } of statements) {
    const [{ "QUERY PLAN": plan } = never()] = await forSite(site).$queryRaw<
      { "QUERY PLAN": unknown }[]
    >(Prisma.sql([`explain (analyze, format json) ${sql[0]}`, ...sql.slice(1)], ...values));
    plans.push(JSON.stringify(plan));
  }
  const whole = plans.filter((plan) =>
    /"Node Type":"Seq Scan"[^}]*"Relation Name":"travel/.test(plan),
  );
  expect(whole).toEqual([]);
  // What few have is found by where the key begins; what all have, by walking the list itself.
  const byKey = plans.filter((plan) => /"Index Cond":"[^"]*key >= /.test(plan));
  expect(byKey.length).toBeGreaterThanOrEqual(2);
});

type Statement = { sql: readonly string[]; values: readonly unknown[] };

async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const made: Statement[] = [];
  const client = await import("#lib/db/client");
  const real = client.forSite;
  const spy = vi.spyOn(client, "forSite").mockImplementation((of: string) => {
    const scoped = real(of);
    return new Proxy(scoped, {
      get: (target, name, receiver) =>
        name === "$queryRaw"
          ? (sql: readonly string[], ...values: unknown[]) => {
              const { strings, values: flat } = Prisma.sql(sql, ...(values as never[]));
              made.push({ sql: strings, values: flat });
              return target.$queryRaw(sql as never, ...values);
            }
          : Reflect.get(target, name, receiver),
    });
  });
  await work();
  spy.mockRestore();
  return made;
}

function never(): never {
  throw new Error("there is no further page");
}
