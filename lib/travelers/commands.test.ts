import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { actorOfGrant, actorOfSeed } from "#lib/boundary/actor";
import { readGrant } from "#lib/boundary/grant";
import { db, forSite } from "#lib/db/client";
import {
  aBuyoff,
  aHold,
  aPlant,
  aShortInstruction,
  asAdministrator,
  buyoffsOf,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
  untilSomebodyWaits,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { chained, outsideTravelers } from "#lib/record/chain.rules";
import { verifyStream } from "#lib/record/verify.queries";
import { applyCommand, applyCommands, applyEnvelopes } from "./commands.ts";
import { peopleOnPaper } from "./paper.queries.ts";
import type { Command, CommandVerdict } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

const verdictsOf = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

const entriesOf = (plant: TestPlant, stream: string) =>
  forSite(plant.site).entry.findMany({ where: { streamId: stream }, orderBy: { seq: "asc" } });

async function startedOn(plant: TestPlant, serial: string) {
  const [traveler = ""] = await released(plant, serial);
  const tablet = await plant.tablet();
  return { traveler, tablet, next: tablet.envelope };
}

describe("a command sent again", () => {
  it("gets the first verdict and changes nothing", async () => {
    const plant = await aPlant();
    const { traveler, tablet } = await startedOn(plant, "S-1");
    const sent = firstStep(plant).map((c) => tablet.envelope(plant.people.operator, traveler, c));
    const first = await tablet.send(...sent);
    expect(verdictsOf(first)).toEqual(["applied", "applied", "applied", "applied"]);
    const before = await entriesOf(plant, traveler);
    expect(await tablet.send(...sent)).toEqual(first);
    expect(await tablet.send(...sent, ...sent)).toEqual([...first, ...first]);
    expect(await entriesOf(plant, traveler)).toEqual(before);
  });

  it("gets the first verdict also when both are under way at once", async () => {
    const plant = await aPlant();
    const { traveler, tablet } = await startedOn(plant, "S-1");
    const sent = firstStep(plant).map((c) => tablet.envelope(plant.people.operator, traveler, c));
    const answers = await Promise.all([1, 2, 3, 4].map(() => tablet.send(...sent)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(verdictsOf(answers[0] ?? [])).toEqual(["applied", "applied", "applied", "applied"]);
    expect((await stateOf(plant, traveler)).readings).toHaveLength(1);
  });

  it("is refused and reported under the same id with other content", async () => {
    const plant = await aPlant();
    const { traveler, tablet } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    const first = tablet.envelope(operator, traveler, aHold());
    await tablet.send(first);
    const other = tablet.envelope(operator, traveler, { ...aHold(), id: first.id });
    expect(verdictsOf(await tablet.send(other))).toEqual(["command_id_used"]);
    expect((await stateOf(plant, traveler)).holds).toHaveLength(1);
    const [reported] = await entriesOf(plant, tablet.device);
    expect(reported).toMatchObject({ type: "command.not_applied", commandId: first.id });
  });

  it("tells another person or another tablet nothing of the first verdict", async () => {
    const plant = await aPlant();
    const { traveler, tablet } = await startedOn(plant, "S-1");
    const { operator, quality } = plant.people;
    const first = tablet.envelope(operator, traveler, aHold());
    await tablet.send(first);
    const second = await plant.tablet();
    const replayed = await second.send(first);
    expect(verdictsOf(replayed)).toEqual(["command_id_used"]);
    const inOtherName = tablet.envelope(quality, traveler, { ...aHold(), id: first.id });
    const answers = [...replayed, ...(await tablet.send(inOtherName))];
    expect(verdictsOf(answers)).toEqual(["command_id_used", "command_id_used"]);
    expect(JSON.stringify(answers)).not.toContain("hold.placed");
  });

  it("from the desk is one act as well", async () => {
    const plant = await aPlant();
    const { traveler } = await startedOn(plant, "S-1");
    const actor = actorOfSeed(plant.site, { ...plant.people.quality });
    const command = { ...aHold(), id: uuidv7() } as Parameters<typeof applyCommand>[1]["command"];
    const first = await applyCommand(actor, { traveler, command });
    expect(first.verdict).toBe("applied");
    expect(await applyCommand(actor, { traveler, command })).toEqual(first);
  });
});

describe("who sent it", () => {
  it("must be whom the server's own grant names, at this tablet, in that moment", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator, inspector } = plant.people;
    const elsewhere = await plant.tablet();
    const forged = `${tablet.grantFor(operator).split(".")[0]}.${"A".repeat(43)}`;
    const answers = await tablet.send(
      next(operator, traveler, aHold(), { grant: forged }),
      next(operator, traveler, aHold(), { grant: tablet.grantFor(inspector) }),
      next(operator, traveler, aHold(), { grant: elsewhere.grantFor(operator) }),
      {
        ...next(operator, traveler, aHold()),
        at: { ...aClock(), wall: "2020-01-01T00:00:00.000Z" },
      },
    );
    expect(verdictsOf(answers)).toEqual(Array(4).fill("grant_not_valid"));
    expect((await stateOf(plant, traveler)).seq).toBe(1);
    const reported = await entriesOf(plant, tablet.device);
    expect(reported.every(({ personId }) => personId === null)).toBe(true);
  });

  it("keeps only those roles of a grant that the person still has", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    await forSite(plant.site).personRole.deleteMany({ where: { personId: operator.id } });
    const answers = await tablet.send(next(operator, traveler, aHold()));
    expect(verdictsOf(answers)).toEqual(["not_permitted"]);
  });

  it("finds a traveler of another site as unknown as one that never was", async () => {
    const [here, there] = await Promise.all([aPlant(), aPlant()]);
    const { traveler } = await startedOn(there, "S-1");
    const tablet = await here.tablet();
    const answers = await tablet.send(
      tablet.envelope(here.people.operator, traveler, aHold()),
      tablet.envelope(here.people.operator, uuidv7(), aHold()),
    );
    expect(verdictsOf(answers)).toEqual(["traveler_not_released", "traveler_not_released"]);
    expect((await stateOf(there, traveler)).seq).toBe(1);
  });
});

const aClock = () => ({ monotonic: 1, bootId: uuidv7(), lastServerContact: null, skew: 0 });

describe("a tablet's own count", () => {
  it("shows lost commands and a wiped tablet as entries, and goes on", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    const [first, , third] = [aHold(), aHold(), aHold()].map((c) => next(operator, traveler, c));
    expect(verdictsOf(await tablet.send(first, third))).toEqual(["applied", "applied"]);
    const wiped = { ...next(operator, traveler, aHold()), deviceSeq: 1, devicePrev: null };
    expect(verdictsOf(await tablet.send(wiped))).toEqual(["applied"]);
    const gaps = (await entriesOf(plant, tablet.device)).map(({ line }) => JSON.parse(line));
    expect(gaps.map(({ type, body }) => [type, body.kind])).toEqual([
      ["device.gap", "missing"],
      ["device.gap", "restarted"],
    ]);
  });

  it("takes nothing from a copy of a tablet", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    const [first, second] = [aHold(), aHold()].map((c) => next(operator, traveler, c));
    await tablet.send(first, second);
    const copied = {
      ...next(operator, traveler, aHold()),
      deviceSeq: 2,
      devicePrev: second?.devicePrev,
    };
    expect(verdictsOf(await tablet.send(copied))).toEqual(["device_forked"]);
    expect((await stateOf(plant, traveler)).holds).toHaveLength(2);
  });

  it("counts a command that can't be read, and loses none of its neighbors", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    const sent = [
      next(operator, traveler, aHold()),
      next(operator, traveler, { type: "placeHold", body: { hold: "x" } as never }),
      next(operator, traveler, aHold()),
    ];
    const expected = ["applied", "malformed", "applied"];
    expect(verdictsOf(await tablet.send(...sent))).toEqual(expected);
    expect(verdictsOf(await tablet.send(...sent))).toEqual(expected);
    expect(await entriesOf(plant, tablet.device)).toEqual([]);
  });

  it("takes nothing from a tablet that was revoked", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    await forSite(plant.site).device.update({
      where: { id: tablet.device },
      data: { revokedAt: new Date() },
    });
    const answers = await tablet.send(next(plant.people.operator, traveler, aHold()));
    expect(verdictsOf(answers)).toEqual(["device_revoked"]);
  });
});

describe("two at once", () => {
  it("never lets a buyoff stand after a hold, in 1,000 races", { timeout: 480_000 }, async () => {
    const plant = await aPlant(aShortInstruction());
    // Five pairs at a time, because the pool has ten connections: both of a pair are under way at once.
    const lanes = await Promise.all(Array.from({ length: 5 }, () => plant.tablet()));
    const collisionsBefore = await rollbacks();
    const verdicts: (string | undefined)[] = [];
    for (let done = 0; done < 1000; done += 100) {
      const serials = Array.from({ length: 100 }, (_, n) => `R-${done + n}`);
      const travelers = await released(plant, ...serials);
      const starts = await Promise.all(
        lanes.map((lane, n) => atTheLine(plant, lane, travelers.slice(n * 20, (n + 1) * 20))),
      );
      const run = async (of: readonly Start[]) => {
        for (const start of of) verdicts.push(await race(plant, start));
      };
      await Promise.all(starts.map(run));
    }
    const [found] = await forSite(plant.site).$queryRaw<Record<string, number>[]>`
      select count(*)::int as holds,
        count(b.seq)::int as buyoffs,
        count(*) filter (where b.seq > h.seq)::int as after
      from entries h left join entries b on b.stream_id = h.stream_id and b.type = 'buyoff.signed'
      where h.type = 'hold.placed'`;
    const applied = verdicts.filter((verdict) => verdict === "applied").length;
    expect(verdicts).toHaveLength(1000);
    expect(found).toEqual({ holds: 1000, buyoffs: applied, after: 0 });
    // Either came first, often; and they met, which shows as an append that had to be decided again.
    expect(applied).toBeGreaterThan(50);
    expect(applied).toBeLessThan(950);
    expect((await rollbacks()) - collisionsBefore).toBeGreaterThan(50);
  });

  it("makes two tablets take turns: exactly one starts a step", async () => {
    const plant = await aPlant();
    const travelers = await released(plant, ...Array.from({ length: 20 }, (_, n) => `T-${n}`));
    const [a, b] = [await plant.tablet(), await plant.tablet()];
    const [present, start] = firstStep(plant);
    if (!present || !start) throw new Error("no first step");
    for (const traveler of travelers) {
      const { operator } = plant.people;
      await a.send(a.envelope(operator, traveler, present));
      const answers = await Promise.all(
        [a, b].map((tablet) => tablet.send(tablet.envelope(operator, traveler, start))),
      );
      expect(verdictsOf(answers.flat()).filter((verdict) => verdict === "applied")).toHaveLength(1);
    }
  });

  it("decides again when a gage was found out of calibration in between", async () => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator } = plant.people;
    const [operation] = plant.content.operations;
    const step = operation?.steps[1];
    const field = step?.fields[0];
    if (!operation || !step || !field) throw new Error("nothing to measure");
    const ready = await tablet.send(
      next(operator, traveler, {
        type: "selectGage",
        body: { operation: operation.id, gage: "CAL-1" },
      }),
      next(operator, traveler, { type: "presentStep", body: { step: step.id, language: "en" } }),
      next(operator, traveler, { type: "startStep", body: { step: step.id } as never }),
    );
    expect(verdictsOf(ready)).toEqual(["applied", "applied", "applied"]);
    const body = { step: step.id, field: field.id, position: "1", sample: 1, value: "10.00" };
    const reading = next(operator, traveler, {
      type: "recordReading",
      body: { ...body, source: "keypad", confirmed: [] } as never,
    });
    const answer = await asAdministrator(async (client) => {
      await client.query("begin");
      await client.query("select append($1, $2)", [plant.site, lapsed(plant)]);
      const sent = tablet.send(reading);
      await untilSomebodyWaits();
      await client.query("commit");
      return sent;
    });
    expect(verdictsOf(answer)).toEqual(["gage_calibration_lapsed"]);
    expect((await stateOf(plant, traveler)).readings).toEqual([]);
  });
});

type Start = { traveler: string; bench: TestTablet; command: Command; proof: string };

/** Units whose work is done and whose buyoff has its proof. */
async function atTheLine(
  plant: TestPlant,
  bench: TestTablet,
  travelers: readonly string[],
): Promise<Start[]> {
  const { operator } = plant.people;
  for (const traveler of travelers) {
    const work = firstStep(plant).map((of) => bench.envelope(operator, traveler, of));
    await bench.send(...work);
  }
  const rows = await forSite(plant.site).traveler.findMany({
    where: { id: { in: [...travelers] } },
  });
  const states = rows.map(({ state }) => state as unknown as TravelerState);
  const signed = await buyoffsOf(plant, bench, states);
  return signed.map((one) => ({ ...one, bench }));
}

/** How long the last pair took that began side by side. */
let lastMs = 0;

/** Inspector's buyoff against somebody's hold on one traveler. */
async function race(plant: TestPlant, { traveler, bench, command, proof }: Start) {
  const { inspector, quality } = plant.people;
  const atBench = actorOfSeed(plant.site, { ...inspector, device: bench.actor.device });
  const atDesk = actorOfSeed(plant.site, { ...quality });
  const hold = { ...aHold(), id: uuidv7() } as Command;
  const acts = [
    () => applyCommand(atBench, { traveler, command, proof }),
    () => applyCommand(atDesk, { traveler, command: hold }),
  ];
  const turned = Math.random() < 0.5 ? acts : acts.reverse();
  // Side by side, or the second while the first is somewhere under way, whatever a machine makes of either.
  const headStartMs = Math.random() < 0.5 ? 0 : Math.random() * lastMs;
  const from = performance.now();
  const verdicts = await Promise.all(
    turned.map(async (act, place) => {
      if (place === 1 && headStartMs > 0) await setTimeout(headStartMs);
      return act();
    }),
  );
  if (headStartMs === 0) lastMs = performance.now() - from;
  return verdicts.find(({ id }) => id === command.id)?.verdict;
}

const rollbacks = (): Promise<number> =>
  asAdministrator(async (client) => {
    const { rows } = await client.query(
      "select xact_rollback::int as count from pg_stat_database where datname = current_database()",
    );
    return Number(rows[0].count);
  });

/** What the metrology lab's own append would be: the gage's entry and its row. */
function lapsed(plant: TestPlant): string {
  const now = new Date().toISOString();
  const { sealed, head } = chained({ seq: 0, hash: null }, [
    {
      ...outsideTravelers,
      stream: plant.gage.id,
      kind: "gage",
      type: "gage.calibrated",
      typeVersion: 1,
      site: plant.site,
      command: null,
      person: null,
      card: null,
      second: null,
      device: null,
      station: null,
      shift: null,
      occurredAt: now,
      clock: null,
      recordedAt: now,
      body: { dueOn: "2020-01-01" },
    },
  ]);
  return JSON.stringify({
    streams: [{ id: plant.gage.id, kind: "gage", expected: 0, head: head.hash }],
    guards: [],
    entries: sealed.map(({ line, hash, entry }) => ({ ...entry, line, hash })),
    rows: { gages: [{ ...plant.gage, calibration_due_on: "2020-01-01" }] },
    cards: [],
    texts: [],
    proofs: [],
    receipts: [],
    device: null,
  });
}

describe("a proof of a signature", () => {
  it("is used once, by its own command and its own person", async () => {
    const plant = await aPlant(aShortInstruction());
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator, inspector } = plant.people;
    await tablet.send(...firstStep(plant).map((of) => next(operator, traveler, of)));
    const { command, proof } = await aBuyoff(plant, tablet, await stateOf(plant, traveler));
    const other = { ...command, id: uuidv7() };
    const answers = await tablet.send(
      next(inspector, traveler, other, { proof }),
      next(inspector, traveler, command, { proof }),
    );
    expect(verdictsOf(answers)).toEqual(["proof_not_for_this", "applied"]);
    const row = await forSite(plant.site).signProof.findUniqueOrThrow({ where: { id: proof } });
    expect(row.usedAt).not.toBeNull();
    await expect(
      forSite(plant.site).signProof.update({ where: { id: proof }, data: { usedAt: null } }),
    ).rejects.toThrow(/was used before/);
    const spent = {
      streams: [],
      proofs: [{ id: proof, person: inspector.id, command: command.id }],
    };
    await expect(
      db.$queryRaw`select append(${plant.site}::uuid, ${JSON.stringify(spent)}::jsonb)::text`,
    ).rejects.toThrow(/spent or somebody else/);
  });
});

describe("all or nothing", () => {
  const written = ["entries", "routing_queue", "text_blobs", "travelers", "holds", "receipts"];

  it.each(written)("leaves nothing behind when %s can't be written", async (table) => {
    const plant = await aPlant();
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const hold = aHold();
    const comment = { ...hold, body: { ...hold.body, comment: `why ${uuidv7()}` } } as never;
    const sent = next(plant.people.operator, traveler, comment);
    await asAdministrator(async (client) => {
      await client.query(`create function break_down() returns trigger language plpgsql as
        $$ begin raise exception 'broken on purpose'; end $$`);
      await client.query(`create trigger broken before insert or update on ${table}
        for each statement execute function break_down()`);
    });
    await expect(tablet.send(sent)).rejects.toThrow(/broken on purpose/);
    await asAdministrator((client) => client.query("drop function break_down() cascade"));
    const site = forSite(plant.site);
    expect(await entriesOf(plant, traveler)).toHaveLength(1);
    expect((await stateOf(plant, traveler)).seq).toBe(1);
    expect(await site.hold.count()).toBe(0);
    expect(await site.receipt.count()).toBe(0);
    expect(await site.textBlob.count()).toBe(0);
    expect(verdictsOf(await tablet.send(sent))).toEqual(["applied"]);
  });
});

describe("whatever was done", () => {
  it("a fold over the entries gives the row and the read tables, and every entry was queued", async () => {
    const plant = await aPlant(aShortInstruction());
    const { traveler, tablet, next } = await startedOn(plant, "S-1");
    const { operator, inspector, quality } = plant.people;
    await tablet.send(...firstStep(plant).map((of) => next(operator, traveler, of)));
    const { command, proof } = await aBuyoff(plant, tablet, await stateOf(plant, traveler));
    const hold = aHold();
    const { hold: holdId } = hold.body as { hold: string };
    const answers = await tablet.send(
      next(inspector, traveler, command, { proof }),
      next(quality, traveler, hold),
      next(operator, traveler, firstStep(plant)[1] as never),
      next(quality, traveler, {
        type: "releaseHold",
        body: { hold: holdId, comment: "Looked at it", byHand: null },
      }),
    );
    expect(verdictsOf(answers)).toEqual(["applied", "applied", expect.any(String), "applied"]);
    expect(answers[2]?.verdict).toBe("recorded_not_applied");
    const actor = actorOfSeed(plant.site);
    expect(await verifyStream(actor, traveler)).toMatchObject({ broken: null });
    const [orphans] = await forSite(plant.site).$queryRaw<{ count: number }[]>`
      select count(*)::int from entries e where not exists (
        select from routing_queue q where q.stream_id = e.stream_id and q.seq = e.seq)`;
    expect(orphans?.count).toBe(0);
  });
});

it("reads and writes a tablet's act in two round trips, and names who did it without a third", async () => {
  const plant = await aPlant();
  const { traveler, tablet } = await startedOn(plant, "S-1");
  const { inspector } = plant.people;
  const issuedOn = new Date("2020-01-01");
  const stamp = { personId: inspector.id, kind: "inspection", issuedOn } as const;
  const withdrawn = { id: uuidv7(), number: "OLD", withdrawnOn: new Date("2021-01-01") };
  await forSite(plant.site).stamp.create({ data: { ...stamp, ...withdrawn } });
  const [first, second] = firstStep(plant).map((c) => tablet.envelope(inspector, traveler, c));
  await tablet.send(first);
  const query = vi.spyOn(pg.Client.prototype, "query");
  const { people } = await applyEnvelopes(
    tablet.actor,
    { protocol: 1, commands: [second] },
    (grant, at, when) => actorOfGrant(readGrant(grant), at, when),
  );
  const named = await peopleOnPaper([inspector.id], people);
  const asked = query.mock.calls.length;
  query.mockRestore();
  expect(asked).toBe(2);
  expect(named[inspector.id]?.stamps).not.toContain("OLD");
  expect(named[inspector.id]?.stamps).toHaveLength(1);
  expect(named).toEqual(await peopleOnPaper([inspector.id]));
});

it("decides several commands of the desk in order and writes them together; one that can't be read keeps back none", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const { quality } = plant.people;
  const note = (text: string) => ({
    command: { id: uuidv7(), type: "addNote", body: { step: null, text } } as Command,
  });
  const verdicts = await applyCommands(
    actorOfSeed(plant.site, { ...quality, roles: ["operator", "quality"] }),
    traveler,
    [note("the first"), note("a\u0000b"), note("the last")],
  );
  expect(verdictsOf(verdicts)).toEqual(["applied", "malformed", "applied"]);
  const noted = (await entriesOf(plant, traveler)).slice(-2);
  expect(noted.map(({ seq }) => seq)).toEqual(
    verdicts.flatMap((of) => (of.verdict === "applied" ? of.seq : [])),
  );
  const writes = await forSite(plant.site).$queryRaw<{ writes: number }[]>`
    select count(distinct txid::text)::int as writes from entries
     where stream_id = ${traveler}::uuid and seq = any(${noted.map(({ seq }) => seq)}::int[])`;
  expect(writes).toEqual([{ writes: 1 }]);
});
