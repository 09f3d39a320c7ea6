import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { aDayThatLasts } from "#lib/db/test-day";
import { uuidv7 } from "#lib/kit/ids";
import { dateIn, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import {
  closeLine,
  scheduleReconciliation,
  signReconciliation,
  startReconciliation,
} from "./reconcile.commands.ts";
import {
  closingsShown,
  kindsOf,
  linesOf,
  reconciliation,
  reconciliations,
} from "./reconcile.queries.ts";
import { closingsSha256, signedSha256 } from "./reconcile.rules.ts";
import { type Person, someone } from "./testing/people.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, type SandboxNcr, startSandbox } from "./testing/sandbox.ts";
import { aHeldTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
let actor: Actor;
beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  // What is compared is of today.
  await aDayThatLasts("UTC");
  sandbox = await startSandbox();
  // No poll but one that has begun by now: what changes there is heard by a reconciliation or not at all.
  const { changes } = qmsSandboxConfig(sandbox.url);
  plant = await aPlant(sandbox.url, { changes: changes && { ...changes, everyMs: 86_400_000 } });
  await plant.query("update connectors set poll_at = now() + interval '1 day' where id = $1", [
    plant.connector,
  ]);
  actor = { ...actorOfSeed(plant.site), id: uuidv7() };
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });
const today = () => dateIn("UTC", instant(Date.now()));
const asked = async (change: { from?: string; to?: string } = {}) => {
  const form = { command: uuidv7(), connector: plant.connector, from: today(), to: today() };
  const begun = await startReconciliation(actor, { ...form, ...change });
  if (!begun.ok) throw new Error(begun.error.code);
  return begun.value.id;
};
const ended = (id: string) =>
  soon(async () => {
    const run = await reconciliation(actor, id);
    if (run?.state !== "done" && run?.state !== "failed") throw new Error(`${run?.state}`);
    return run;
  });
/** Compared now: how it ended, and its lines. */
async function compare(change: { from?: string; to?: string } = {}) {
  const run = await ended(await asked(change));
  const lines = await linesOf(actor, { run: run.id, kind: null, page: 0 });
  return { run, lines, kinds: lines.map(({ kind }) => kind) };
}
const statesAre = (state: string) =>
  soon(async () => {
    const states = (await plant.deliveries()).map((one) => one.state);
    expect(states.length).toBeGreaterThan(0);
    expect(new Set(states)).toEqual(new Set([state]));
  });
let serial = 0;
/** A unit of ours with a defect, and its record there. */
async function anNcr() {
  serial += 1;
  const unit = `FSB-${String(serial).padStart(4, "0")}`;
  const order = `WO-${String(serial).padStart(6, "0")}`;
  const held = await aHeldTraveler(plant, { serials: [unit] }, {}, order);
  await soon(async () => {
    const [row] = await plant.query<{ ncr_status: string | null }>(
      "select ncr_status from defects where id = $1",
      [held.defect],
    );
    expect(row).toEqual({ ncr_status: "open" });
  });
  const [made] = await plant.query<{ key: string }>(
    "select external_key as key from deliveries where defect_id = $1 and operation = 'create'",
    [held.defect],
  );
  const key = made?.key ?? "";
  return { ...held, unit, order, key, ncr: await ncrOf(key) };
}
async function ncrOf(key: string): Promise<SandboxNcr> {
  const found = (await sandbox.ncrs()).find(({ external_key }) => external_key === key);
  if (!found) throw new Error(`no record of ${key}`);
  return found;
}
const typed = (of: { order: string; unit: string }) =>
  sandbox.create({ title: "Scratch on the flange", order_number: of.order, serial: of.unit });
const entries = (type: string) =>
  plant
    .query<{ line: string }>(
      "select line from entries where site_id = $1 and type = $2 order by seq",
      [plant.site, type],
    )
    .then((rows) => rows.map(({ line }) => JSON.parse(line).body as Record<string, unknown>));

describe("a clean run", () => {
  test("has zero unexplained lines, says so on the record, and its result has one hash", async () => {
    const { defect, tell, attachPhoto } = await anNcr();
    await anNcr();
    await attachPhoto(defect);
    await tell({ type: "updateDefect", body: { defect, location: "flange" } } as never);
    await soon(async () =>
      expect((await plant.deliveries()).map(({ state }) => state).sort()).toEqual([
        "tracking",
        "tracking",
        "verified",
        "verified",
      ]),
    );
    const { run, lines } = await compare();
    expect(lines).toEqual([]);
    // Whoever asked is named, also where nobody knows the name any more: it was not done by itself.
    const askedBy = actor.id;
    expect(run).toMatchObject({ state: "done", isListed: true, unexplained: 0, askedBy });
    expect(run.counts).toMatchObject([
      { day: today(), rule: "ncr-from-defect", produced: 4, accepted: 4, missing: 0, unknown: 0 },
    ]);
    expect(await entries("reconciliation.asked")).toMatchObject([{ run: run.id }]);
    expect(await entries("reconciliation.done")).toMatchObject([
      {
        run: run.id,
        listed: true,
        produced: 4,
        accepted: 4,
        unexplained: 0,
        result: run.resultSha256,
      },
    ]);
    expect(await reconciliations({ ...actorOfSeed(uuidv7()) })).toEqual([]);
  });

  test("after a lost reply that was cleared: one record there, and no line", async () => {
    await sandbox.behave({ mode: "commit-then-drop", scope: "create", remaining: 1 });
    await anNcr();
    expect((await compare()).lines).toEqual([]);
    expect((await sandbox.count()).ncrs).toBe(1);
  });
});

describe("each fault has exactly its line, and nothing else", () => {
  test("a lost reply that nobody has cleared yet", async () => {
    await plant.query(
      "update connectors set config = jsonb_set(config, '{settlingMs}', '600000') where id = $1",
      [plant.connector],
    );
    await anNcrInDoubt();
    const { lines, run } = await compare();
    expect(lines).toMatchObject([
      { kind: "unknown", detail: { sameAs: [expect.stringContaining("NCR-")] }, closed: null },
    ]);
    expect(run.counts).toMatchObject([{ produced: 1, unknown: 1, accepted: 0 }]);
  });
  async function anNcrInDoubt() {
    await sandbox.behave({ mode: "commit-then-drop", scope: "create", remaining: 1 });
    await plant.logDefect();
    await statesAre("outcome_unknown");
  }

  test("failure 48: deleted there, it is not made again and stands as missing", async () => {
    const { ncr, defect, tell } = await anNcr();
    const bystander = await anNcr();
    await sandbox.remove(ncr.number);
    const { lines, run } = await compare();
    expect(lines).toMatchObject([{ kind: "missing", number: ncr.number, rule: "ncr-from-defect" }]);
    expect(run.counts).toMatchObject([{ produced: 2, accepted: 1, missing: 1 }]);
    await tell({ type: "updateDefect", body: { defect, location: "flange" } } as never);
    await soon(async () =>
      expect((await plant.deliveries()).map(({ state }) => state)).toContain("parked"),
    );
    expect((await sandbox.ncrs()).map(({ number }) => number)).toEqual([bystander.ncr.number]);
    expect((await compare()).kinds).toEqual(["missing"]);
  });

  test("failure 11: its number is another record's by now", async () => {
    const { ncr } = await anNcr();
    await sandbox.put(ncr, {
      external_key: null,
      fields: { title: "Another one" },
      version: 1,
    });
    // Without a key it could be one that was linked by hand: what it says tells.
    expect((await compare()).kinds).toEqual(["field_drift"]);
    await sandbox.put(ncr, { external_key: `buyoff:${plant.site}:NCR:${"0".repeat(20)}` });
    const { lines } = await compare();
    expect(lines).toMatchObject([{ kind: "reused", number: ncr.number }]);
  });

  test("changed there: what differs stands beside what was sent", async () => {
    const { ncr } = await anNcr();
    await anNcr();
    const fields = { ...ncr.fields, quantity: "7" };
    await sandbox.put(ncr, { fields, version: ncr.version + 1 });
    const { lines } = await compare();
    expect(lines).toMatchObject([
      {
        kind: "field_drift",
        number: ncr.number,
        detail: { differs: [{ member: "quantity", ours: "1", theirs: "7" }] },
      },
    ]);
  });

  test("decided there and not heard: named once, taken in, and gone in the next run", async () => {
    const { ncr } = await anNcr();
    await sandbox.patch(ncr.number, { status: "contained" });
    const { lines } = await compare();
    expect(lines).toMatchObject([
      { kind: "status_drift", detail: { ours: "open", theirs: "contained" } },
    ]);
    const [known] = await plant.query(
      "select status from external_records where connector_id = $1",
      [plant.connector],
    );
    expect(known).toEqual({ status: "contained" });
    expect((await compare()).lines).toEqual([]);
  });

  test("an older version than before: their database was restored", async () => {
    const { ncr } = await anNcr();
    await plant.query("update external_records set version = '9' where connector_id = $1", [
      plant.connector,
    ]);
    const { lines } = await compare();
    expect(lines).toMatchObject([
      { kind: "regressed", number: ncr.number, detail: { ours: "9", theirs: String(ncr.version) } },
    ]);
  });

  test("failure 46 and 47: merged and void", async () => {
    const [one, other, voided] = [await anNcr(), await anNcr(), await anNcr()];
    await sandbox.merge(one.ncr.number, other.ncr.number);
    await sandbox.patch(voided.ncr.number, { status: "void" });
    const { lines } = await compare();
    expect(lines).toMatchObject([
      { kind: "merged", detail: { theirs: other.ncr.number } },
      { kind: "voided", number: voided.ncr.number },
    ]);
  });

  test("failures 9 and 57: entered by hand as well: paired by unit, order and time, and not linked", async () => {
    const { ncr, unit, order } = await anNcr();
    const number = await typed({ unit, order });
    await typed({ unit: "SOMEBODY-ELSE", order: "4711" });
    const { lines } = await compare();
    expect(lines).toMatchObject([
      { kind: "by_hand", number, unit, order, detail: { sameAs: [ncr.number] } },
    ]);
    expect(await plant.deliveries()).toMatchObject([{ external_id: ncr.number }]);
  });

  test("entered twice with our key: the second is named, ours stays", async () => {
    const { ncr, key } = await anNcr();
    const second = await sandbox.create({ title: "Copied", external_key: key });
    const { lines } = await compare();
    expect(lines).toMatchObject([
      { kind: "duplicate", number: second, detail: { sameAs: [ncr.number] } },
    ]);
  });

  test("failure 10: our database is yesterday's: what bears our marker is found, and nothing is made again", async () => {
    await anNcr();
    // Made by a message that the restored database has never heard of.
    const key = `buyoff:${plant.site}:NCR:${"ab12".repeat(5)}`;
    const number = await sandbox.create({ title: "Bolt 3 went over", external_key: key });
    const { lines } = await compare();
    expect(lines).toMatchObject([{ kind: "extra", number, detail: { theirs: key } }]);
    expect((await sandbox.count()).ncrs).toBe(2);
  });

  test("a photo that is gone, and one whose bytes are others", async () => {
    const { defect, attachPhoto, key } = await anNcr();
    const { sha256, bytes } = await attachPhoto(defect);
    await soon(async () => expect((await ncrOf(key)).attachments).toHaveLength(1));
    await soon(async () =>
      expect(await plant.deliveries()).toMatchObject([{}, { state: "verified" }]),
    );
    await sandbox.put(await ncrOf(key), { attachments: [] });
    expect((await compare()).kinds).toEqual(["attachment_missing"]);
    const [attached] = await plant.query<{ name: string }>(
      "select payload->>'name' as name from deliveries where site_id = $1 and operation = 'attach'",
      [plant.site],
    );
    const ncr = await ncrOf(key);
    const photo = { name: attached?.name ?? "", media_type: "image/png", received_at: "" };
    const held = (change: object) =>
      sandbox.put(ncr, { attachments: [{ ...photo, sha256, size: bytes, ...change }] });
    await held({ sha256: "0".repeat(64) });
    expect((await compare()).kinds).toEqual(["attachment_differs"]);
    await held({ size: 7 });
    expect((await compare()).kinds).toEqual(["attachment_differs"]);
    await held({});
    expect((await compare()).kinds).toEqual([]);
  });

  test("stopped here: refused by the QMS", async () => {
    await sandbox.behave({ mode: "reject", scope: "create" });
    await plant.logDefect();
    await statesAre("parked");
    const { lines, run } = await compare();
    expect(lines).toMatchObject([
      { kind: "rejected", detail: { said: expect.stringContaining("defect_code") } },
    ]);
    expect(run.counts).toMatchObject([{ produced: 1, rejected: 1 }]);
  });
});

describe("a system that can't say what it holds", () => {
  test.each(["search", "upsert"])(
    "says so; what was sent is looked for all the same, twice as well (%s)",
    async (dedupe) => {
      await plant.query("update connectors set config = config || $2 where id = $1", [
        plant.connector,
        { changes: null, dedupe },
      ]);
      const [gone, twice] = [await anNcr(), await anNcr()];
      await sandbox.remove(gone.ncr.number);
      await sandbox.create({ title: "Copied", external_key: twice.key });
      await typed(twice);
      const { run, lines } = await compare();
      expect(run.isListed).toBe(false);
      expect(lines.map(({ kind }) => kind)).toEqual(["missing", "duplicate"]);
    },
  );

  test("one that does not answer is no clean run: it could not be done, and why", async () => {
    await anNcr();
    await sandbox.behave({ mode: "503" });
    const run = await ended(await asked());
    expect(run).toMatchObject({
      state: "failed",
      note: expect.stringContaining("503"),
      isListed: null,
    });
    expect(await entries("reconciliation.failed")).toMatchObject([{ run: run.id }]);
    await sandbox.behave({ mode: "ok" });
    expect((await compare()).lines).toEqual([]);
  });

  test("one that is paused is asked nothing, and that is said", async () => {
    await plant.query("update connectors set status = 'paused' where id = $1", [plant.connector]);
    expect(await ended(await asked())).toMatchObject({
      state: "failed",
      note: expect.stringContaining("paused"),
    });
    await plant.query("update connectors set status = 'active' where id = $1", [plant.connector]);
  });

  test("one record that can't be read is named, and nothing is claimed of it", async () => {
    const { ncr } = await anNcr();
    await anNcr();
    await sandbox.behave({ mode: "503", scope: "read", address: `/api/ncrs/${ncr.number}` });
    const { lines, run } = await compare();
    expect(lines).toMatchObject([{ kind: "unread", number: ncr.number }]);
    expect(run.counts).toMatchObject([{ produced: 2, accepted: 1, unknown: 1 }]);
  });
});

describe("a line", () => {
  const reason = "Voided by quality on the phone; made again under NCR-77.";

  test("is closed once, with a reason on the record; the same found again is explained by it", async () => {
    const { ncr } = await anNcr();
    await sandbox.remove(ncr.number);
    const { run, lines } = await compare();
    const line = lines[0]?.id ?? "";
    const form = { command: uuidv7(), line, reason };
    expect(await closeLine(actor, form)).toEqual({ ok: true, value: null });
    expect(await closeLine(actor, form)).toMatchObject({ error: { code: "line_closed" } });
    expect(await reconciliation(actor, run.id)).toMatchObject({ lines: 1, unexplained: 0 });
    expect(await entries("reconciliation.line_closed")).toMatchObject([
      { run: run.id, line, kind: "missing" },
    ]);
    const again = await compare();
    expect(again.run).toMatchObject({ lines: 1, unexplained: 0 });
    expect(again.lines).toMatchObject([
      { kind: "missing", closed: { by: actor.id, reason, isEarlier: true } },
    ]);
    const repeated = { command: uuidv7(), line: again.lines[0]?.id ?? "", reason };
    expect(await closeLine(actor, repeated)).toMatchObject({ error: { code: "line_closed" } });
    expect(await kindsOf(actor, again.run.id)).toEqual([
      { kind: "missing", lines: 1, unexplained: 0 },
    ]);
  });

  test("is of its own site, and nobody rewrites it", async () => {
    const { ncr } = await anNcr();
    await sandbox.remove(ncr.number);
    const { run, lines } = await compare();
    const line = lines[0]?.id ?? "";
    const elsewhere = { ...actorOfSeed(uuidv7()), id: uuidv7() };
    expect(await closeLine(elsewhere, { command: uuidv7(), line, reason })).toMatchObject({
      error: { code: "line_unknown" },
    });
    await closeLine(actor, { command: uuidv7(), line, reason });
    const stays = /stays as it is|only appended to/;
    for (const change of [
      `update reconciliation_lines set closed_by = null, closed_at = null, reason_sha256 = null where id = '${line}'`,
      `delete from reconciliation_lines where id = '${line}'`,
      `update reconciliations set counts = '[]' where id = '${run.id}'`,
      `delete from reconciliations where id = '${run.id}'`,
    ])
      await expect(plant.query(change), change).rejects.toThrow(stays);
  });
});

describe("the signature", () => {
  const reason = "Deleted by mistake; raised there again as NCR 4711.";
  /** What the page would show the signer, with both components. */
  async function shown(run: string, { badge, pin }: Person) {
    const { closings } = await closingsShown(actor, run);
    const { resultSha256 } = (await reconciliation(actor, run)) ?? {};
    return {
      command: uuidv7(),
      run,
      resultSha256: resultSha256 ?? "",
      closingsSha256: closingsSha256(closings),
      badge,
      pin,
    };
  }

  test("is a second person's, for exactly what was found and how each line was explained", async () => {
    const { ncr } = await anNcr();
    await sandbox.remove(ncr.number);
    const { run, lines } = await compare();
    const signer = await someone(plant.site, "Quinn Avery", "315806");
    const code = async (who: Actor, change = {}) => {
      const form = { ...(await shown(run.id, signer)), ...change };
      const signed = await signReconciliation(who, form);
      return signed.ok ? "signed" : signed.error;
    };
    const before = await shown(run.id, signer);
    expect(await code(signer.actor)).toEqual({
      code: "reconciliation_open",
      params: { count: "1" },
    });
    await closeLine(actor, { command: uuidv7(), line: lines[0]?.id ?? "", reason });
    // Of a page that was opened before the line was closed.
    expect(await signReconciliation(signer.actor, before)).toMatchObject({
      error: { code: "reconciliation_differs" },
    });
    expect(await code(signer.actor, { resultSha256: "0".repeat(64) })).toMatchObject({
      code: "reconciliation_differs",
    });
    expect(await code(actor)).toMatchObject({ code: "reconciliation_own" });
    expect(await code(signer.actor, { pin: "000000" })).toMatchObject({ code: "components_wrong" });
    expect(await entries("reconciliation.signed")).toEqual([]);

    const form = await shown(run.id, signer);
    expect(await signReconciliation(signer.actor, form)).toEqual({ ok: true, value: null });
    // Its answer was lost: the same again is the same signature.
    expect(await signReconciliation(signer.actor, form)).toEqual({ ok: true, value: null });
    expect(await code(signer.actor)).toMatchObject({ code: "reconciliation_signed" });
    const { resultSha256, closingsSha256: closings } = form;
    const meaning =
      "I have reviewed this reconciliation and how each of its lines was explained, and accept it";
    expect(await entries("reconciliation.signed")).toMatchObject([
      {
        run: run.id,
        result: resultSha256,
        closings,
        signature: {
          meaning,
          method: "badge_pin",
          contentSha256: signedSha256({
            site: plant.site,
            run: run.id,
            resultSha256,
            closingsSha256: closings,
            meaning,
          }),
        },
      },
    ]);
    expect(await reconciliation(actor, run.id)).toMatchObject({
      signed: { by: "Quinn Avery", meaning },
    });
    for (const change of ["note = 'x'", "signed_by = null, signed_at = null, signature = null"])
      await expect(
        plant.query(`update reconciliations set ${change} where id = $1`, [run.id]),
      ).rejects.toMatchObject({ code: "BY000" });
  });

  test("is not given by whoever asked or closed a line, also of an earlier run, nor past the rules", async () => {
    const { ncr } = await anNcr();
    await sandbox.remove(ncr.number);
    const { lines } = await compare();
    const closer = await someone(plant.site, "Quinn Avery", "315806");
    await closeLine(closer.actor, { command: uuidv7(), line: lines[0]?.id ?? "", reason });
    const { run } = await compare();
    expect(run).toMatchObject({ lines: 1, unexplained: 0 });
    expect(await signReconciliation(closer.actor, await shown(run.id, closer))).toMatchObject({
      error: { code: "reconciliation_own" },
    });
    await sandbox.remove((await anNcr()).ncr.number);
    const open = await compare();
    const signature = "signed_by = $2, signed_at = now(), signature = '{}'";
    for (const [id, by] of [
      [run.id, actor.id],
      [open.run.id, closer.actor.id],
    ])
      await expect(
        plant.query(`update reconciliations set ${signature} where id = $1`, [id, by]),
      ).rejects.toThrow(/two_people|nobody has explained/);
    const elsewhere = { ...actorOfSeed(uuidv7()), id: uuidv7() };
    expect(await signReconciliation(elsewhere, await shown(run.id, closer))).toMatchObject({
      error: { code: "reconciliation_unknown" },
    });
  });
});

describe("when it is done", () => {
  test("asked for twice at once it is done once; one runs at a time for a system; only here", async () => {
    await worker.stop();
    const form = { command: uuidv7(), connector: plant.connector, from: today(), to: today() };
    const first = await startReconciliation(actor, form);
    expect(await startReconciliation(actor, form)).toEqual(first);
    expect(await startReconciliation(actor, { ...form, command: uuidv7() })).toMatchObject({
      error: { code: "reconciliation_running" },
    });
    const elsewhere = { ...actorOfSeed(uuidv7()), id: uuidv7() };
    expect(await startReconciliation(elsewhere, { ...form, command: uuidv7() })).toMatchObject({
      error: { code: "connector_unknown" },
    });
    worker = startWorker();
    expect(await ended(form.command)).toMatchObject({ state: "done" });
    expect(await reconciliations(actor)).toHaveLength(1);
  });

  test("a worker that is killed leaves it to the next one, which ends it once", async () => {
    for (let count = 0; count < 3; count += 1) await anNcr();
    await sandbox.behave({ mode: "slow", scope: "read", delay_ms: 900 });
    const id = await asked();
    await soon(async () =>
      expect(await reconciliation(actor, id)).toMatchObject({ state: "running" }),
    );
    await worker.kill();
    await sandbox.behave({ mode: "ok" });
    await plant.query(
      "update reconciliations set leased_until = now() - interval '1 second' where id = $1",
      [id],
    );
    worker = startWorker();
    expect(await ended(id)).toMatchObject({ state: "done", lines: 0 });
    expect(await entries("reconciliation.done")).toHaveLength(1);
  });

  test("every day at the plant's hour by itself, once a day, and not where that is switched off", async () => {
    const due = (hour: number | null) =>
      plant.query(
        "update connectors set reconciled_on = (now() at time zone 'UTC')::date - 1, reconcile_hour = $2 where id = $1",
        [plant.connector, hour],
      );
    await due(null);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await reconciliations(actor)).toEqual([]);
    await due(0);
    await soon(async () => expect(await reconciliations(actor)).toMatchObject([{ state: "done" }]));
    const [run] = await reconciliations(actor);
    expect(run).toMatchObject({ askedBy: null });
    // Whole days of the plant: the last seven.
    expect((run?.to.getTime() ?? 0) - (run?.from.getTime() ?? 0)).toBe(7 * 24 * 60 * 60_000);
    // Set back once more on the same day, as by a second worker: not a second one.
    await due(0);
    await soon(async () =>
      expect(
        await plant.query(
          "select reconciled_on = (now() at time zone 'UTC')::date as is from connectors where id = $1",
          [plant.connector],
        ),
      ).toEqual([{ is: true }]),
    );
    expect(await reconciliations(actor)).toHaveLength(1);
  });

  test("a person sets the hour, before and after on the record", async () => {
    const form = {
      command: uuidv7(),
      connector: plant.connector,
      hour: "05",
      reason: "Backups end at four.",
    };
    expect(await scheduleReconciliation(actor, form)).toEqual({ ok: true, value: null });
    expect(await scheduleReconciliation(actor, form)).toMatchObject({
      error: { code: "nothing_changed" },
    });
    const never = { ...form, hour: "never" };
    expect(await scheduleReconciliation(actor, never)).toEqual({ ok: true, value: null });
    expect(await entries("reconciliation.scheduled")).toMatchObject([
      { before: 3, after: 5 },
      { before: 5, after: null },
    ]);
  });
});
