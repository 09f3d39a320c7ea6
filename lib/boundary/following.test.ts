import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { deskCookie } from "#lib/boundary/cookies";
import { deskCookieValue } from "#lib/boundary/desk-cookie";
import { db, forSite } from "#lib/db/client";
import type { TestPlant } from "#lib/db/test-record-plant";
import { aHold, aPlant, asAdministrator, aTablet, released } from "#lib/db/test-record-plant";
import { tellLive } from "#lib/feed/live.commands";
import { followSite, stopFollowing } from "#lib/feed/live.queries";
import type { LiveChange } from "#lib/feed/live.schema";
import { startWorker, type Worker } from "#lib/feed/testing/worker";
import { uuidv7 } from "#lib/kit/ids";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { endDeskSession } from "#lib/people/desk.commands";
import { following } from "./following.ts";

// The router is the worker's own process, and what it tells crosses the database: every wait is for a fact.
let plant: TestPlant;
let worker: Worker;
const open: Stream[] = [];
beforeAll(async () => {
  plant = await aPlant();
  worker = startWorker();
  await somethingHappens();
  // It takes its time to start; what is measured below is how soon it tells.
  const queued = () =>
    asAdministrator(async (client) => (await client.query("select from routing_queue")).rowCount);
  await vi.waitFor(async () => expect(await queued()).toBe(0), { timeout: 100_000 });
});
afterEach(async () => {
  for (const stream of open.splice(0)) await stream.close();
});
afterAll(async () => {
  await worker.stop();
  await stopFollowing();
});

const GET = following("traveler.read", followSite);

async function aSession(person = plant.people.quality.id, site = plant.site) {
  const token = newToken();
  const now = Date.now();
  await forSite(site).deskSession.create({
    data: {
      tokenHash: tokenHash(token),
      personId: person,
      siteId: site,
      createdAt: new Date(now),
      // As long ago as makes the next sign of presence count.
      lastSeenAt: new Date(now - 5 * 60_000),
      expiresAt: new Date(now + 3_600_000),
    },
  });
  return { token, cookie: `${deskCookie.name}=${await deskCookieValue(token)}` };
}

type Heard = { event: string; id: number; data: unknown };
type Stream = { status: number; heard: Heard[]; isOver: () => boolean; close: () => Promise<void> };

async function listening(cookie: string, since = 0): Promise<Stream> {
  const asking = new AbortController();
  const headers = { cookie };
  const request = new Request(`http://127.0.0.1:3000/api/live?since=${since}`, {
    headers,
    signal: asking.signal,
  });
  const answer = await GET(request, { params: Promise.resolve({}) });
  const heard: Heard[] = [];
  let isOver = false;
  const read = async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(part, { stream: true });
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      heard.push(...events.flatMap(eventIn));
    }
  };
  const reading = read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  const stream = {
    status: answer.status,
    heard,
    isOver: () => isOver,
    close: async () => {
      asking.abort();
      await reading;
    },
  };
  open.push(stream);
  return stream;
}

function eventIn(text: string): Heard[] {
  const of = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
  const event = of("event");
  return event ? [{ event, id: Number(of("id")), data: JSON.parse(of("data") ?? "null") }] : [];
}

const changes = ({ heard }: Stream) =>
  heard.filter(({ event }) => event === "changed").map(({ data }) => data as LiveChange);
/** Said once the process really listens: from then on nothing is missed. */
const untilLive = (stream: Stream) => expect.poll(() => changes(stream)[0]?.all).toBe(true);

async function somethingHappens(of = plant): Promise<string> {
  const [traveler = ""] = await released(of, `S-${uuidv7().slice(-8)}`);
  const tablet = await aTablet(of.site, of.station);
  const [verdict] = await tablet.send(tablet.envelope(of.people.quality, traveler, aHold()));
  expect(verdict?.verdict).toBe("applied");
  return traveler;
}

describe("a live screen", () => {
  it("hears from the router that a traveler changed, within seconds, and nothing about it", async () => {
    const { cookie } = await aSession();
    const stream = await listening(cookie);
    await untilLive(stream);
    const traveler = await somethingHappens();
    await expect
      .poll(() => changes(stream).some((one) => JSON.stringify(one).includes(traveler)))
      .toBe(true);
    const said = JSON.stringify(changes(stream));
    for (const kept of ["Quentin", "quality_doubt", plant.people.quality.id, "S-"]) {
      expect(said).not.toContain(kept);
    }
  });

  it("hears nothing of another plant", async () => {
    const other = await aPlant();
    const [own, theirs] = [await aSession(), await aSession(other.people.quality.id, other.site)];
    const [here, there] = [await listening(own.cookie), await listening(theirs.cookie)];
    await untilLive(here);
    await untilLive(there);
    const before = changes(here).length;
    const traveler = await somethingHappens(other);
    await expect.poll(() => JSON.stringify(changes(there))).toContain(traveler);
    expect(JSON.stringify(changes(here).slice(before))).not.toContain(traveler);
  });

  it("that comes back is told to read everything, unless nothing happened meanwhile", async () => {
    const { cookie } = await aSession();
    const first = await listening(cookie);
    await untilLive(first);
    const other = await aPlant();
    const theirs = await aSession(other.people.quality.id, other.site);
    // This process has listened for long enough to know that nothing was told since.
    const later = Date.now() + 60_000;
    const calm = await listening(theirs.cookie, later);
    await expect.poll(() => calm.heard.map(({ event }) => event)).toEqual(["hello"]);
    await somethingHappens(other);
    await expect.poll(() => changes(calm).length).toBeGreaterThan(0);
    expect(changes(calm)[0]?.all).toBe(false);
    const [hello] = calm.heard;
    const again = await listening(theirs.cookie, hello?.id);
    await expect.poll(() => changes(again)[0]?.all).toBe(true);
  });

  it("is told to read everything when the connection to the database was lost, and hears again", async () => {
    const { cookie } = await aSession();
    const stream = await listening(cookie);
    await untilLive(stream);
    const before = changes(stream).length;
    const cut = await asAdministrator((client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name like '% listening' and datname = current_database()`,
      ),
    );
    expect(cut.rowCount).toBe(1);
    await expect
      .poll(() =>
        changes(stream)
          .slice(before)
          .some(({ all }) => all),
      )
      .toBe(true);
    const traveler = await somethingHappens();
    await expect.poll(() => JSON.stringify(changes(stream))).toContain(traveler);
  });
});

it("hears of every unit when more changed at once than one notice of the database can name", async () => {
  const stream = await listening((await aSession()).cookie);
  await untilLive(stream);
  const travelers = Array.from({ length: 400 }, () => uuidv7());
  await tellLive(db, plant.site, { kinds: ["traveler"], travelers });
  // Another unit may be told of beside them: the one that showed that the stream is live.
  const named = () => new Set(changes(stream).flatMap((change) => change.travelers));
  await expect.poll(() => new Set(travelers).difference(named())).toEqual(new Set());
});

describe("the end of a live screen", () => {
  it("comes with the end of its session, at once", async () => {
    const { cookie, token } = await aSession();
    const openedAt = Date.now();
    const stream = await listening(cookie);
    await untilLive(stream);
    await endDeskSession(token);
    await expect.poll(() => stream.heard.at(-1)?.event, { interval: 20 }).toBe("ended");
    await expect.poll(stream.isOver).toBe(true);
    // The stream asks by itself too, first after its heartbeat: it did not come to that.
    expect(Date.now() - openedAt).toBeLessThan(15_000);
    expect((await listening(cookie)).status).toBe(401);
  });

  it("comes when somebody is no longer with the company, or holds no role any more", async () => {
    for (const lose of [
      (person: string) => db.person.update({ where: { id: person }, data: { status: "inactive" } }),
      (person: string) =>
        forSite(plant.site).personRole.deleteMany({ where: { personId: person } }),
    ]) {
      const person = uuidv7();
      await db.person.create({ data: { id: person, name: "Leaving", employeeNumber: person } });
      await forSite(plant.site).personRole.create({
        data: { personId: person, siteId: plant.site, role: "quality" },
      });
      const { cookie } = await aSession(person);
      const stream = await listening(cookie);
      await untilLive(stream);
      await lose(person);
      await tellLive(db, plant.site, { kinds: ["person"], travelers: [] });
      await expect.poll(() => stream.heard.at(-1)?.event).toBe("ended");
    }
  });

  it("is not put off by having the screen open: whoever isn't there falls idle", async () => {
    const { cookie, token } = await aSession();
    const seenAt = async () =>
      (
        await forSite(plant.site).deskSession.findUniqueOrThrow({
          where: { tokenHash: tokenHash(token) },
        })
      ).lastSeenAt;
    const before = await seenAt();
    const stream = await listening(cookie);
    await untilLive(stream);
    await tellLive(db, plant.site, { kinds: ["session"], travelers: [] });
    await expect.poll(() => changes(stream).length).toBeGreaterThan(1);
    expect(await seenAt()).toEqual(before);
    await forSite(plant.site).deskSession.updateMany({
      where: { tokenHash: tokenHash(token) },
      data: { lastSeenAt: new Date(Date.now() - 3 * 3_600_000) },
    });
    await tellLive(db, plant.site, { kinds: ["session"], travelers: [] });
    await expect.poll(() => stream.heard.at(-1)?.event).toBe("ended");
  });

  it("is a door like any other for whoever has no session or not the right", async () => {
    expect((await listening("")).status).toBe(401);
    const person = uuidv7();
    await db.person.create({ data: { id: person, name: "Ivo", employeeNumber: person } });
    await forSite(plant.site).personRole.create({
      data: { personId: person, siteId: plant.site, role: "integrator" },
    });
    expect((await listening((await aSession(person)).cookie)).status).toBe(403);
  });
});
