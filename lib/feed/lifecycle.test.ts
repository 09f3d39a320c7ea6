import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { aPerson, type TestSite } from "#lib/db/test-plant";
import { uuidv7 } from "#lib/kit/ids";
import { applyCommand } from "#lib/travelers/commands";
import type { Command } from "#lib/travelers/schema";
import { fetchDisposition } from "./disposition.queries.ts";
import { linkFinding } from "./findings.commands.ts";
import { findingsOn } from "./findings.queries.ts";
import { deliveriesOf } from "./queries.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { aHeldTraveler, aTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
  await setting("{changes,everyMs}", "200");
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const setting = (path: string, value: string) =>
  plant.query(
    "update connectors set config = jsonb_set(config, $2::text[], $3::jsonb) where id = $1",
    [plant.connector, path, value],
  );
const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });
type DefectRow = { ncr_number: string | null; ncr_status: string | null; decisions: string[] };
const defectRow = async (defect: string) =>
  (
    await plant.query<DefectRow>(
      "select ncr_number, ncr_status, decisions from defects where id = $1",
      [defect],
    )
  )[0];
const statusIs = (defect: string, status: string) =>
  soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: status }));
type HoldRow = { id: string; open: boolean };
const holdsOf = (traveler: string) =>
  plant.query<HoldRow>(
    "select id, released_at is null as open from holds where traveler_id = $1 order by released_at nulls last",
    [traveler],
  );
const rework = { dispositions: [{ decision: "rework", quantity: "1" }], status: "dispositioned" };

/** A unit on hold for a defect whose record is open there. */
async function anOpenNcr() {
  const held = await aHeldTraveler(plant);
  await statusIs(held.defect, "open");
  const number = (await defectRow(held.defect))?.ncr_number ?? "";
  const release = async () => {
    const [hold] = (await holdsOf(held.traveler)).filter(({ open }) => open);
    const body = { hold: hold?.id ?? "", comment: "Dispositioned", byHand: null };
    return held.tell({ type: "releaseHold", body });
  };
  return { ...held, number, release };
}
type Open = Awaited<ReturnType<typeof anOpenNcr>>;
async function released(of: Open) {
  await sandbox.patch(of.number, rework);
  await statusIs(of.defect, "dispositioned");
  expect(await of.release()).toMatchObject({ verdict: "applied" });
}

describe("what becomes of a record there", () => {
  test("failure 44: a state that nobody has mapped shows as such and releases nothing", async () => {
    await setting(
      "{record}",
      JSON.stringify(`{"externalId": number, "number": number, "key": external_key,
      "url": $baseUrl & "/ncrs/" & number, "version": $string(version),
      "status": status = "open" ? "open" : null, "dispositions": []}`),
    );
    const of = await anOpenNcr();
    await sandbox.patch(of.number, { status: "contained" });
    await soon(async () =>
      expect(
        await plant.query(
          "select status, applied_note from external_records where connector_id = $2 and external_id = $1",
          [of.number, plant.connector],
        ),
      ).toEqual([{ status: "unmapped", applied_note: "its status is not mapped" }]),
    );
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_unreachable" } });
    expect(await defectRow(of.defect)).toMatchObject({ ncr_status: "open" });
  });

  test("failure 51: decisions there that don't add up to what is affected release nothing and are not taken in, until they do", async () => {
    const of = await anOpenNcr();
    for (const quantity of ["2", "0.5"]) {
      const odd = { ...rework, dispositions: [{ decision: "rework", quantity }] };
      await sandbox.patch(of.number, odd);
      await soon(async () =>
        expect(await of.release()).toMatchObject({
          refusal: { code: "quantities_do_not_add_up", params: { quantity: "1", sum: quantity } },
        }),
      );
      expect(await holdsOf(of.traveler)).toMatchObject([{ open: true }]);
      expect(await defectRow(of.defect)).toMatchObject({ decisions: [] });
    }
    await released(of);
    expect(await holdsOf(of.traveler)).toMatchObject([{ open: false }]);
    expect(await defectRow(of.defect)).toMatchObject({ decisions: ["rework"] });
  });

  test("failure 46: merged: it is followed, what comes later goes to the one that is left, also where that one's version is lower", async () => {
    const of = await anOpenNcr();
    const left = await sandbox.create({ title: "The same, by phone" });
    for (const status of ["contained", "open", "contained"]) {
      await sandbox.patch(of.number, { status });
      await statusIs(of.defect, status);
    }
    await sandbox.merge(of.number, left);
    await soon(async () =>
      expect(await defectRow(of.defect)).toMatchObject({ ncr_status: "open" }),
    );
    expect(
      await plant.query(
        "select merged_into from external_records where connector_id = $2 and external_id = $1",
        [of.number, plant.connector],
      ),
    ).toEqual([{ merged_into: left }]);
    await of.tell({
      type: "updateDefect",
      body: { defect: of.defect, location: "flange" },
    } as never);
    await soon(async () =>
      expect((await sandbox.ncrs()).find(({ number }) => number === left)?.comments).toMatchObject([
        { text: expect.stringContaining("location: flange") },
      ]),
    );
    await sandbox.patch(left, rework);
    await soon(async () => expect(await of.release()).toMatchObject({ verdict: "applied" }));
  });

  test("failure 47: void: the hold stays until a person has decided", async () => {
    const of = await anOpenNcr();
    await sandbox.patch(of.number, { ...rework, status: "void" });
    await statusIs(of.defect, "void");
    expect(await of.release()).toMatchObject({
      refusal: { code: "qms_not_dispositioned", params: { status: "void" } },
    });
    expect(await holdsOf(of.traveler)).toMatchObject([{ open: true }]);
    // The same again on that unit is a record of its own, and not the void one.
    const again = await of.logDefect();
    await statusIs(again, "open");
    expect((await defectRow(again))?.ncr_number).not.toBe(of.number);
  });

  test("failure 48: deleted: the hold stays, it says since when, and nobody makes it again", async () => {
    const of = await anOpenNcr();
    await sandbox.remove(of.number);
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_unreachable" } });
    // No list names what is gone; whoever asks for it by name learns it.
    await plant.query(
      `insert into webhook_receipts (connector_id, id, received_at, subject, fetch_at)
       values ($1, 'msg_gone', now(), $2, now())`,
      [plant.connector, of.number],
    );
    await soon(async () =>
      expect(await deliveriesOf(of.actor, { defect: of.defect })).toMatchObject([
        { goneAt: expect.stringMatching(/Z$/), state: "tracking" },
      ]),
    );
    expect(await holdsOf(of.traveler)).toMatchObject([{ open: true }]);
    expect(await sandbox.count()).toMatchObject({ ncrs: 0 });
  });

  test("failure 50: opened again after its hold was released: held again, and released only on a new decision", async () => {
    const of = await anOpenNcr();
    await released(of);
    await sandbox.patch(of.number, { status: "open", dispositions: [] });
    await soon(async () =>
      expect(await holdsOf(of.traveler)).toMatchObject([{ open: false }, { open: true }]),
    );
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_not_dispositioned" } });
    await released(of);
    expect(await holdsOf(of.traveler)).toMatchObject([{ open: false }, { open: false }]);
  });

  test("opened again while it is still on hold: one hold is enough", async () => {
    const of = await anOpenNcr();
    await sandbox.patch(of.number, rework);
    await statusIs(of.defect, "dispositioned");
    await sandbox.patch(of.number, { status: "open" });
    await statusIs(of.defect, "open");
    expect(await holdsOf(of.traveler)).toMatchObject([{ open: true }]);
  });
});

describe("a hold never opens on stale data", () => {
  test("what is remembered releases nothing: not reached at that moment, a person answers with number and document", async () => {
    const of = await anOpenNcr();
    await sandbox.patch(of.number, rework);
    await statusIs(of.defect, "dispositioned");
    await sandbox.behave({ mode: "503", scope: "read" });
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_unreachable" } });
    await sandbox.behave({ mode: "ok" });
    expect(await of.release()).toMatchObject({ verdict: "applied" });
  });

  test("failure 32: decided, then opened again, of which only we have heard: the decision of before is no decision", async () => {
    const of = await anOpenNcr();
    await sandbox.patch(of.number, rework);
    await statusIs(of.defect, "dispositioned");
    // As after a restore there: what it says now is older than what is known.
    await plant.query(
      "update external_records set version = '99' where connector_id = $2 and external_id = $1",
      [of.number, plant.connector],
    );
    expect(await fetchDisposition(of.actor, of.defect)).toBeNull();
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_unreachable" } });
  });

  test("failure 11: its number is another record's by now: that one's decision is not ours", async () => {
    const of = await anOpenNcr();
    const [ncr] = await sandbox.ncrs();
    if (!ncr) throw new Error("no record");
    await sandbox.put(ncr, {
      ...rework,
      external_key: `buyoff:${plant.site}:NCR:${"0".repeat(20)}`,
      version: 50,
    });
    await soon(async () =>
      expect(await deliveriesOf(of.actor, { defect: of.defect })).toMatchObject([
        { goneAt: expect.any(String) },
      ]),
    );
    expect(await of.release()).toMatchObject({ refusal: { code: "qms_unreachable" } });
    expect(await defectRow(of.defect)).toMatchObject({ ncr_status: "open", decisions: [] });
  });
});

describe("raised directly in the QMS", () => {
  const typed = (change: Record<string, string> = {}) =>
    sandbox.create({
      title: "Scratch on the flange",
      order_number: "WO-700118",
      serial: "FSB-0118",
      ...change,
    });
  const quality = async () => {
    const roles = ["quality"] as const;
    const { id } = await aPerson({ id: plant.site } as TestSite, { name: "Ana Ruiz", roles });
    return actorOfSeed(plant.site, { id, name: "Ana Ruiz", roles });
  };

  test("it stands on its traveler within one poll and holds the unit once, as configured", async () => {
    const { traveler, actor } = await aTraveler(plant);
    const number = await typed();
    await soon(async () =>
      expect(await findingsOn(actor, traveler)).toMatchObject([
        { number, title: "Scratch on the flange", status: "open", hold: "placed", linkedTo: null },
      ]),
    );
    await sandbox.patch(number, { status: "contained" });
    await soon(async () =>
      expect(await findingsOn(actor, traveler)).toMatchObject([{ status: "contained" }]),
    );
    expect(await holdsOf(traveler)).toMatchObject([{ open: true }]);
    expect(await plant.deliveries()).toEqual([]);
  });

  test("what its list has on further pages is asked for at once, and not a period later each", async () => {
    const { traveler, actor } = await aTraveler(plant);
    await setting(
      "{changes,path}",
      JSON.stringify('"api/changes?limit=2&since=" & ($cursor = "" ? "0" : $cursor)'),
    );
    await setting("{changes,everyMs}", "600000");
    const asked = () =>
      plant.query("update connectors set poll_at = now() where id = $1", [plant.connector]);
    await asked();
    const waits =
      "select 1 from connectors where id = $1 and poll_at > now() + interval '5 minutes'";
    await soon(async () => expect(await plant.query(waits, [plant.connector])).toHaveLength(1));
    const numbers: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) numbers.push(await typed());
    await asked();
    await soon(async () => {
      const found = await findingsOn(actor, traveler);
      expect(found.map(({ number }) => number).sort()).toEqual(numbers.sort());
    });
  });

  test("without a hold where the configuration says so; not on a unit of nobody, of another order, or of several", async () => {
    await setting("{raisedThere}", '{"hold": null}');
    const { traveler, actor } = await aTraveler(plant, { serials: ["FSB-0118", "FSB-0119"] });
    await typed({ serial: "SOMEBODY-ELSE" });
    await typed({ order_number: "WO-999999" });
    await sandbox.create({ title: "All of them", order_number: "WO-700118" });
    const number = await typed();
    await soon(async () =>
      expect(await findingsOn(actor, traveler)).toMatchObject([{ number, hold: "none" }]),
    );
    expect(await holdsOf(traveler)).toEqual([]);
    expect(
      await plant.query("select 1 from external_findings where site_id = $1", [plant.site]),
    ).toHaveLength(1);
  });

  test("linked to a floor defect in one action: number, state and decision are the defect's, and nothing is sent twice", async () => {
    await sandbox.behave({ mode: "reject", scope: "create" });
    const { traveler, defect, actor, tell } = await aHeldTraveler(plant);
    await soon(async () => expect(await plant.deliveries()).toMatchObject([{ state: "parked" }]));
    await sandbox.behave({ mode: "ok" });
    const number = await typed();
    await soon(async () => expect(await findingsOn(actor, traveler)).toHaveLength(1));
    const form = {
      command: uuidv7(),
      connector: plant.connector,
      externalId: number,
      defect,
      reason: "Raised by phone while the form was refused.",
    };
    const by = await quality();
    expect(await linkFinding(by, { ...form, defect: uuidv7() })).toMatchObject({
      error: { code: "finding_defect_not_open" },
    });
    expect(await linkFinding(actorOfSeed(uuidv7()), form)).toMatchObject({
      error: { code: "finding_unknown" },
    });
    expect(await linkFinding(by, form)).toEqual({ ok: true, value: null });
    expect(await linkFinding(by, form)).toMatchObject({ error: { code: "finding_linked" } });
    await statusIs(defect, "open");
    expect(await defectRow(defect)).toMatchObject({ ncr_number: number });
    expect(await findingsOn(actor, traveler)).toMatchObject([{ linkedTo: "TRQ-01" }]);
    await sandbox.patch(number, rework);
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({ decisions: ["rework"] }),
    );
    const [own] = await plant.query<{ id: string }>("select id from holds where defect_id = $1", [
      defect,
    ]);
    expect(
      await tell({
        type: "releaseHold",
        body: { hold: own?.id ?? "", comment: "Dispositioned", byHand: null },
      }),
    ).toMatchObject({ verdict: "applied" });
    expect((await sandbox.count()).ncrs).toBe(1);
    const [entry] = await plant.query<{ line: string }>(
      "select line from entries where site_id = $1 and type = 'record.linked'",
      [plant.site],
    );
    expect(JSON.parse(entry?.line ?? "{}")).toMatchObject({
      person: by.id,
      body: { defect, number, traveler },
    });
  });

  test("a defect with a record of its own is not crossed with it: the two are merged there", async () => {
    const of = await anOpenNcr();
    const number = await typed();
    await soon(async () => expect(await findingsOn(of.actor, of.traveler)).toHaveLength(1));
    const form = {
      command: uuidv7(),
      connector: plant.connector,
      externalId: number,
      defect: of.defect,
      reason: "The same.",
    };
    expect(await linkFinding(await quality(), form)).toMatchObject({
      error: { code: "finding_defect_has_record", params: { number: of.number } },
    });
    expect((await findingsOn(of.actor, of.traveler))[0]).toMatchObject({ linkedTo: null });
  });

  test("linked where no rule sends anything: the release asks that record", async () => {
    await plant.query(
      "update routing_rule_versions set retired_at = now() - interval '1 hour' where site_id = $1",
      [plant.site],
    );
    const { traveler, defect, actor } = await aHeldTraveler(plant);
    const number = await typed();
    await soon(async () => expect(await findingsOn(actor, traveler)).toHaveLength(1));
    const form = { command: uuidv7(), connector: plant.connector, externalId: number, defect };
    expect(await linkFinding(await quality(), { ...form, reason: "The same." })).toEqual({
      ok: true,
      value: null,
    });
    await sandbox.patch(number, rework);
    await soon(async () =>
      expect(await fetchDisposition(actor, defect)).toMatchObject({
        record: { number, status: "dispositioned" },
      }),
    );
    await statusIs(defect, "dispositioned");
  });

  test("an act of a stranger's unit stays a stranger's: another site's record finds nothing here", async () => {
    const other = await aPlant(sandbox.url);
    const { traveler, actor } = await aTraveler(other, { serials: ["FSB-0777"] });
    await typed({ serial: "FSB-0777" });
    const command = {
      id: uuidv7(),
      type: "addNote",
      body: { step: null, text: "here" },
    } as Command;
    expect(await applyCommand(actor, { traveler, command })).toMatchObject({ verdict: "applied" });
    await soon(async () => expect(await findingsOn(actor, traveler)).toHaveLength(1));
    expect(
      await plant.query("select 1 from external_findings where site_id = $1", [plant.site]),
    ).toEqual([]);
    await other.stop();
  });
});
