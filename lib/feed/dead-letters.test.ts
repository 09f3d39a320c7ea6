import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import {
  askDiscard,
  decideDiscard,
  editDelivery,
  linkDelivery,
  retryDelivery,
  retryMany,
} from "./dead-letters.commands.ts";
import { messageOf, stoppedFor } from "./messages.queries.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
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
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const someone = (): Actor => ({ ...actorOfSeed(plant.site), id: uuidv7() });
const create = async () => {
  const [found] = await plant.deliveries();
  if (!found) throw new Error("no delivery");
  return found;
};
const until = (isSo: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 120_000, interval: 50 });
const stateIs = (state: string) => async () => (await plant.deliveries())[0]?.state === state;
const said = async (type: string) => {
  const rows = await plant.query<{ line: string }>(
    "select line from entries where site_id = $1 and type = $2 order by seq",
    [plant.site, type],
  );
  return rows.map(({ line }) => JSON.parse(line).body as Record<string, unknown>);
};
/** An NCR that the QMS refuses, and so stands still. */
async function aStopped() {
  await sandbox.behave({ mode: "reject", scope: "create" });
  const logged = await plant.logDefect();
  await until(stateIs("parked"));
  await sandbox.behave({ mode: "ok" });
  return { ...logged, id: (await create()).id };
}
const form = (delivery: string) => ({ command: uuidv7(), delivery, reason: "raised by phone" });

describe("a stopped message is discarded by two", () => {
  test("who asked doesn't decide; the second does, and nothing is ever sent", async () => {
    const { id } = await aStopped();
    const [first, second] = [someone(), someone()];
    expect(await askDiscard(first, form(id))).toMatchObject({ ok: true });
    expect(await askDiscard(second, form(id))).toMatchObject({
      error: { code: "discard_asked_already" },
    });
    const decision = { ...form(id), decision: "discard" as const };
    expect(await decideDiscard(first, decision)).toMatchObject({
      error: { code: "discard_by_the_same" },
    });
    expect((await create()).state).toBe("parked");
    expect(await decideDiscard(second, decision)).toMatchObject({ ok: true });
    expect(await create()).toMatchObject({ state: "cancelled", last_result: "discarded" });
    expect(await retryDelivery(first, id)).toMatchObject({
      error: { code: "delivery_not_stopped" },
    });
    expect(await sandbox.count()).toMatchObject({ ncrs: 0 });
    expect(await said("delivery.discarded")).toMatchObject([{ delivery: id, askedBy: first.id }]);
  });

  test("kept by the second, it stands where it stood; started again, it is not asked for any more", async () => {
    const { id } = await aStopped();
    const [first, second] = [someone(), someone()];
    await askDiscard(first, form(id));
    const kept = await decideDiscard(second, { ...form(id), decision: "keep" });
    expect(kept).toMatchObject({ ok: true });
    expect((await create()).state).toBe("parked");
    await askDiscard(first, form(id));
    expect(await retryDelivery(second, id)).toMatchObject({ ok: true });
    const [row] = await plant.query<{ by: string | null }>(
      "select discard_asked_by as by from deliveries where id = $1",
      [id],
    );
    expect(row, "stopped once more, it is nobody's wish any longer").toEqual({ by: null });
    const again = { ...form(id), decision: "discard" as const };
    expect(await decideDiscard(second, again)).toMatchObject({ ok: false });
    await until(stateIs("tracking"));
    expect(await sandbox.count()).toMatchObject({ ncrs: 1 });
    expect(await said("delivery.retried")).toMatchObject([{ was: "parked" }]);
  });
});

test("all that stand in a list are sent again by one act, for one reason; what somebody decides on meanwhile is left", async () => {
  await sandbox.behave({ mode: "reject", scope: "create" });
  for (let at = 0; at < 4; at += 1) await plant.logDefect();
  const parked = async () => (await plant.deliveries()).filter(({ state }) => state === "parked");
  await until(async () => (await parked()).length === 4);
  const actor = someone();
  const everything = { search: "", connector: null };
  const before = await stoppedFor(actor, everything);
  expect(before.ids).toHaveLength(4);
  expect(before.reasons).toMatchObject([{ count: 4 }]);
  const [first = "", second = ""] = before.ids;
  await askDiscard(someone(), form(first));
  expect((await stoppedFor(actor, everything)).ids).not.toContain(first);
  await sandbox.behave({ mode: "ok" });
  await retryDelivery(someone(), second);
  await until(async () => (await sandbox.count()).ncrs === 1);
  const act = { command: uuidv7(), deliveries: before.ids, reason: "The field is back" };
  expect(await retryMany(actor, act)).toEqual({ ok: true, value: { again: 2, left: 2 } });
  await until(async () => (await sandbox.count()).ncrs === 3);
  expect((await parked()).map(({ id }) => id)).toEqual([first]);
  const entries = await said("delivery.retried");
  expect(entries.filter(({ reason }) => reason === sha256Hex(act.reason))).toHaveLength(2);
  expect(await retryMany(actor, act)).toMatchObject({ error: { code: "delivery_not_stopped" } });
  const abroad = await aPlant(sandbox.url);
  expect(await stoppedFor(actorOfSeed(abroad.site), everything)).toEqual({ ids: [], reasons: [] });
  await abroad.stop();
});

describe("a stopped message is linked to a record that is there", () => {
  test("which is read first, and has one message alone; what follows goes to it", async () => {
    const { id, traveler, defect } = await aStopped();
    const byHand = await sandbox.create({ title: "typed by hand" });
    const nowhere = { ...form(id), externalId: "999999" };
    expect(await linkDelivery(someone(), nowhere)).toMatchObject({
      error: { code: "record_not_found" },
    });
    const linked = await linkDelivery(someone(), { ...form(id), externalId: byHand });
    expect(linked).toMatchObject({ ok: true });
    expect(await create()).toMatchObject({ state: "tracking", external_id: byHand });
    await plant.comment(traveler, defect, "2");
    await until(async () =>
      (await plant.deliveries()).some(
        (one) => one.operation === "update" && one.state === "verified",
      ),
    );
    expect(await sandbox.count()).toMatchObject({ ncrs: 1 });

    await sandbox.behave({ mode: "reject", scope: "create" });
    await plant.logDefect();
    await until(async () =>
      (await plant.deliveries()).some(
        (one) => one.operation === "create" && one.state === "parked",
      ),
    );
    const other = (await plant.deliveries()).find((one) => one.state === "parked");
    const taken = { ...form(other?.id ?? ""), externalId: byHand };
    expect(await linkDelivery(someone(), taken)).toMatchObject({
      error: { code: "record_is_anothers" },
    });
  });
});

describe("a stopped message is sent with other words", () => {
  test("by a named person; what it said before stays, and what it is about does not change", async () => {
    const { id } = await aStopped();
    const actor = someone();
    const before = (await messageOf(actor, id))?.payload as Record<string, unknown>;
    const edit = (payload: object) =>
      editDelivery(actor, { ...form(id), payload: JSON.stringify(payload) });
    expect(await edit(before)).toMatchObject({ error: { code: "nothing_changed" } });
    expect(await edit({ ...before, title: 7 })).toMatchObject({
      error: { code: "payload_not_right", params: { members: "title" } },
    });
    expect(await edit({ ...before, entry: { stream: uuidv7(), seq: 1, hash: "" } })).toMatchObject({
      error: { code: "payload_about_something_else" },
    });
    expect(await edit({ ...before, title: "Bolt 3 over torque" })).toMatchObject({ ok: true });
    await until(stateIs("tracking"));
    const [ncr] = await sandbox.ncrs();
    expect(JSON.stringify(ncr)).toContain("Bolt 3 over torque");
    const [kept] = await plant.query<{ before: unknown; by: string }>(
      "select before, by from delivery_edits where delivery_id = $1",
      [id],
    );
    expect(kept).toEqual({ before, by: actor.id });
    expect(await edit({ ...before, title: "again" })).toMatchObject({
      error: { code: "delivery_not_stopped" },
    });
  });
});
