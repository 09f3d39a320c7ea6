import { describe, expect, it, vi } from "vitest";
import { forSite } from "#lib/db/client";
import {
  aHold,
  aPlant,
  asAdministrator,
  released,
  stateOf,
  type TestPlant,
  untilSomebodyWaits,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { log } from "#lib/kit/log";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import type { CommandVerdict } from "./schema.ts";

const verdictsOf = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

const aNote = (text = "seen") => ({ type: "addNote", body: { step: null, text } }) as const;
const aCall = (call: string) =>
  ({ type: "acknowledgeInspection", body: { call, arrived: true } }) as const;

async function twoUnits() {
  const plant = await aPlant();
  const [first = "", second = ""] = await released(plant, "S-1", "S-2");
  const tablet = await plant.tablet();
  const next = (traveler: string, command: Parameters<typeof tablet.envelope>[2]) =>
    tablet.envelope(plant.people.operator, traveler, command);
  return { plant, first, second, tablet, next };
}

/** While `work` runs, a row that would be written to `table` fails with an SQLSTATE. */
async function failing<T>(table: string, code: string, work: () => Promise<T>): Promise<T> {
  await asAdministrator(async (client) => {
    await client.query(`create function fail_on_purpose() returns trigger language plpgsql as
      $$ begin raise exception 'failing on purpose' using errcode = '${code}'; end $$`);
    await client.query(`create trigger failing before insert on ${table}
      for each row execute function fail_on_purpose()`);
  });
  try {
    return await work();
  } finally {
    await asAdministrator((client) => client.query("drop function fail_on_purpose() cascade"));
  }
}

const tampered = (plant: TestPlant, traveler: string, set: string) =>
  asAdministrator((client) =>
    client.query(`update travelers set ${set} where id = $1 and site_id = $2`, [
      traveler,
      plant.site,
    ]),
  );

const holds = async (plant: TestPlant) => {
  const { differences, different } = await replayRecord(plant.site);
  expect(differences).toEqual([]);
  expect(different).toBe(0);
};

describe("a batch that the database can't take as a whole", () => {
  it("is taken one by one up to the one it can't take now; that one and all behind it wait", async () => {
    const { plant, first, second, tablet, next } = await twoUnits();
    const sent = [
      next(first, aNote()),
      next(first, aHold()),
      next(first, aNote()),
      next(second, aNote()),
    ];
    // 53: out of resources.
    const meanwhile = await failing("holds", "53200", () => tablet.send(...sent));
    expect(verdictsOf(meanwhile)).toEqual(["applied", ...Array(3).fill("retry_later")]);
    expect(meanwhile[1]).toEqual({ id: sent[1]?.id, verdict: "retry_later", afterMs: 2000 });
    expect((await stateOf(plant, second)).seq).toBe(1);
    const afterwards = await tablet.send(...sent);
    expect(verdictsOf(afterwards)).toEqual(Array(4).fill("applied"));
    expect(afterwards[0]).toEqual(meanwhile[0]);
    expect(await forSite(plant.site).entry.count({ where: { type: "device.gap" } })).toBe(0);
    await holds(plant);
  });

  it("refuses only the one whose id is taken, here or at another site", async () => {
    const [{ plant, first, second, tablet, next }, elsewhere] = [
      await twoUnits(),
      await twoUnits(),
    ];
    const [taken, foreign] = [aHold(), aHold()];
    await tablet.send(next(second, taken));
    await elsewhere.tablet.send(elsewhere.next(elsewhere.first, foreign));
    const sent = [
      next(first, aNote()),
      next(first, taken),
      next(first, aNote()),
      next(first, foreign),
      next(first, aNote()),
    ];
    const expected = ["applied", "id_taken", "applied", "id_taken", "applied"];
    const answers = await tablet.send(...sent);
    expect(verdictsOf(answers)).toEqual(expected);
    expect(await tablet.send(...sent)).toEqual(answers);
    const { holds: placed, notes } = await stateOf(plant, first);
    expect([placed.length, notes.length]).toEqual([0, 3]);
    expect((await stateOf(plant, second)).holds).toHaveLength(1);
    await holds(plant);
  });
});

describe("a command that can't be decided", () => {
  it("is refused and told in the log; its neighbors, before and behind, are decided", async () => {
    const { plant, first, second, tablet, next } = await twoUnits();
    const told = vi.spyOn(log, "error");
    await tampered(plant, first, "state = jsonb_set(state, '{calls}', 'null')");
    const sent = [
      next(first, aNote()),
      tablet.envelope(plant.people.inspector, first, aCall(uuidv7())),
      next(first, aNote()),
      next(second, aHold()),
    ];
    const answers = await tablet.send(...sent);
    expect(verdictsOf(answers)).toEqual(["applied", "not_decided", "applied", "applied"]);
    expect(await tablet.send(...sent)).toEqual(answers);
    expect(told.mock.calls.map(([of]) => of)).toMatchObject([
      { err: expect.any(TypeError), command: sent[1]?.id, type: "acknowledgeInspection" },
    ]);
    told.mockRestore();
    // With the tablet it came from; folding the unit's own history may be what fails.
    const [entry, ...more] = await forSite(plant.site).entry.findMany({
      where: { commandId: sent[1]?.id ?? "" },
    });
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ streamId: tablet.device, type: "command.not_applied" });
    expect(await replayRecord(plant.site)).toMatchObject({ same: 3, turnedAway: 1, different: 0 });
  });

  it("doesn't hold up the tablet where nothing on the unit can be decided any more", async () => {
    const { plant, first, second, tablet, next } = await twoUnits();
    await tampered(plant, first, "state = '{}'");
    const sent = [next(first, aNote()), next(first, aHold()), next(second, aHold())];
    const answers = await tablet.send(...sent);
    expect(verdictsOf(answers)).toEqual(["not_decided", "not_decided", "applied"]);
    expect(verdictsOf(await tablet.send(next(second, aNote())))).toEqual(["applied"]);
    expect(await verifyStream(plant.seed, second)).toMatchObject({ broken: null });
  });

  it("is refused as well where its rows fit no column", async () => {
    const { plant, first, tablet, next } = await twoUnits();
    const sent = [next(first, aNote()), next(first, aHold()), next(first, aNote())];
    // 22: a value out of range.
    const answers = await failing("holds", "22003", () => tablet.send(...sent));
    expect(verdictsOf(answers)).toEqual(["applied", "not_decided", "applied"]);
    expect(await tablet.send(...sent)).toEqual(answers);
    expect(await verifyStream(plant.seed, first)).toMatchObject({ broken: null });
    await holds(plant);
  });

  it("waits, with all behind it, where not even its refusal can be written", async () => {
    const { first, tablet, next } = await twoUnits();
    const sent = [next(first, aHold()), next(first, aNote())];
    const meanwhile = await failing("entries", "22003", () => tablet.send(...sent));
    expect(verdictsOf(meanwhile)).toEqual(["retry_later", "retry_later"]);
    expect(verdictsOf(await tablet.send(...sent))).toEqual(["applied", "applied"]);
  });
});

describe("a tablet that is revoked while its command is under way", () => {
  it("is refused, also where the revocation left no entry", async () => {
    const { plant, first, tablet, next } = await twoUnits();
    const sent = next(first, aHold());
    const answer = await asAdministrator(async (client) => {
      await client.query("begin");
      await client.query("select from streams where id = $1 for update", [first]);
      const sending = tablet.send(sent);
      await untilSomebodyWaits();
      await forSite(plant.site).device.update({
        where: { id: tablet.device },
        data: { revokedAt: new Date() },
      });
      await client.query("commit");
      return sending;
    });
    expect(verdictsOf(answer)).toEqual(["device_revoked"]);
    expect((await stateOf(plant, first)).holds).toEqual([]);
    expect(await forSite(plant.site).entry.count({ where: { streamId: tablet.device } })).toBe(0);
  });
});
