import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { askDiscard } from "./dead-letters.commands.ts";
import { askDiscardMany, decideDiscardMany, replayMessages } from "./replay.commands.ts";
import { replayPreview, replaysOfMessage, replaysShown } from "./replay.queries.ts";
import type { ReplayAsked } from "./replay.schema.ts";
import { someone as somebodyKnown } from "./testing/people.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { anEvent, aPublisherPlant, publisherBase } from "./testing/publisher.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
const open = async (config: Partial<RestConnectorConfig> = {}) => {
  plant = await aPlant(sandbox.url, config);
};
beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const someone = (site = plant.site): Actor => ({ ...actorOfSeed(site), id: uuidv7() });
const until = (isSo: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 120_000, interval: 50 });
const minute = (fromNowMs: number) => new Date(Date.now() + fromNowMs).toISOString().slice(0, 16);
const asked = (more: Partial<ReplayAsked> = {}): ReplayAsked => ({
  connector: plant.connector,
  from: minute(-3_600_000),
  to: minute(3_600_000),
  search: "",
  rule: "",
  said: "",
  ...more,
});
const nothingNamed = { discarded: false, gone: false };
const previewed = (actor: Actor, more: Partial<ReplayAsked> = {}, named = nothingNamed) =>
  replayPreview(actor, "UTC", asked(more), named);

/** As somebody who looks at the preview and sends what it shows. */
async function replayed(
  actor: Actor,
  more: Partial<ReplayAsked> = {},
  named: Partial<typeof nothingNamed> = {},
  command = uuidv7(),
) {
  const { deliveries } = await previewed(actor, more, { ...nothingNamed, ...named });
  const also = (["discarded", "gone"] as const).filter((name) => named[name] === true);
  const reason = "Their database was restored to yesterday";
  return replayMessages(actor, { command, ...asked(more), also, deliveries, reason });
}
const kinds = async (actor: Actor, named = nothingNamed) =>
  Object.fromEntries(
    (await previewed(actor, {}, named)).lines.map(({ operation, what, count }) => [
      `${operation} ${"effect" in what ? what.effect : what.left}`,
      count,
    ]),
  );
const states = async () => (await plant.deliveries()).map(({ state }) => state);
const allAre = (state: string, count: number) => async () => {
  const all = await states();
  return all.length === count && all.every((one) => one === state);
};
const arrived = async () =>
  (await states()).every((state) => ["tracking", "closed", "verified"].includes(state));
const entries = async () =>
  (
    await plant.query<{ line: string }>(
      "select line from entries where site_id = $1 and type = 'delivery.replayed' order by seq",
      [plant.site],
    )
  ).map(({ line }) => JSON.parse(line).body as Record<string, unknown>);
const attempts = async (act: string) => (await plant.attempts(act)).length;

describe("what has arrived", () => {
  test("failure 6: is sent again under the same keys and nothing is made twice; once more changes nothing more", async () => {
    await open();
    const logged = [await plant.logDefect(), await plant.logDefect(), await plant.logDefect()];
    await until(allAre("tracking", 3));
    await plant.comment(logged[0]?.traveler ?? "", logged[0]?.defect ?? "", "2");
    await until(async () => (await states()).includes("verified"));
    const before = await sandbox.ncrs();
    const { actor } = await somebodyKnown(plant.site, "Ingrid Maurer", "482913");
    expect(await kinds(actor)).toEqual({ "create looked_at": 3, "update again": 1 });
    const command = uuidv7();
    const first = await replayed(actor, {}, {}, command);
    expect(first).toEqual({ ok: true, value: { replayed: 4, left: 0 } });
    await until(arrived);
    const again = await replayed(actor, {}, {}, command);
    expect(again, "the same command is one act").toEqual(first);
    expect(await replayed(actor)).toMatchObject({ ok: true });
    await until(arrived);

    expect(await sandbox.ncrs(), "to the last character").toEqual(before);
    expect(await attempts("create")).toBe(3);
    expect(await attempts("update")).toBe(1);
    const [entry, ...more] = await entries();
    expect(more).toHaveLength(1);
    expect(entry).toMatchObject({
      replay: command,
      replayed: 4,
      left: 0,
      effects: { looked_at: 3, again: 1, started: 0, made_again: 0 },
      reason: sha256Hex("Their database was restored to yesterday"),
    });
    const [create] = await plant.deliveries();
    expect(await replaysOfMessage(actor, create?.id ?? "")).toMatchObject([
      { name: "Ingrid Maurer", effect: "looked_at", was: "tracking" },
      { name: "Ingrid Maurer", effect: "looked_at", was: "tracking" },
    ]);
    expect(await replaysShown(actor)).toMatchObject([
      { replayed: 4, waiting: 0, stopped: 0, connector: "QMS" },
      { replayed: 4 },
    ]);
  });

  test("and was changed or closed there since, stays as they have it", async () => {
    await open();
    await plant.logDefect();
    await plant.logDefect();
    await until(allAre("tracking", 2));
    const [one, other] = await sandbox.ncrs();
    if (!one || !other) throw new Error("no records");
    await sandbox.put(one, {
      fields: { ...one.fields, severity: "minor" },
      version: one.version + 1,
    });
    await sandbox.patch(other.number, { status: "closed" });
    await until(async () => (await states()).includes("closed"));
    expect(await replayed(someone())).toMatchObject({ value: { replayed: 2 } });
    await until(arrived);
    expect((await states()).sort()).toEqual(["closed", "tracking"]);
    expect(
      (await sandbox.ncrs()).find(({ number }) => number === one.number)?.fields.severity,
    ).toBe("minor");
  });

  test("and is gone there, is made again only when that is named, under its old key", async () => {
    await open();
    const { traveler, defect, key } = await plant.logDefect();
    await until(allAre("tracking", 1));
    await plant.comment(traveler, defect, "2");
    await until(async () => (await states()).includes("verified"));
    const [before] = await sandbox.ncrs();
    await sandbox.remove(before?.number ?? "");
    const actor = someone();
    await replayed(actor);
    // Found out by the replay itself, or by a poll before it.
    await vi.waitFor(
      async () => expect(await kinds(actor)).toEqual({ "create is_gone": 1, "update started": 1 }),
      { timeout: 120_000, interval: 50 },
    );
    expect(await sandbox.count()).toMatchObject({ ncrs: 0 });
    const named = { gone: true, discarded: false };
    expect(await kinds(actor, named)).toEqual({ "create made_again": 1, "update started": 1 });
    await replayed(actor, {}, named);
    await until(arrived);
    const [after, ...others] = await sandbox.ncrs();
    expect(others).toEqual([]);
    expect(after?.external_key).toBe(key);
    expect(after?.comments).toHaveLength(1);
  });

  test("as an event goes again with the same id and the same words, in its order", async () => {
    const heard: { id: unknown; body: string }[] = [];
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        heard.push({ id: request.headers["webhook-id"], body: Buffer.concat(chunks).toString() });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    await open();
    const bus = await aPublisherPlant(
      {
        ...publisherBase,
        kind: "webhook",
        url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      },
      { signingKey: `whsec_${Buffer.from("a signing key of the test plant!").toString("base64")}` },
    );
    const key = uuidv7();
    for (let at = 0; at < 5; at += 1) await bus.enqueue(anEvent(key));
    await until(async () => heard.length === 5);
    const verified = async () =>
      (await bus.deliveries()).every(({ state }) => state === "verified");
    await until(verified);
    const actor = someone(bus.site);
    const range = { connector: bus.connector };
    expect(await replayed(actor, range)).toMatchObject({ value: { replayed: 5 } });
    await until(async () => heard.length === 10);
    await until(verified);
    expect(heard.slice(5)).toEqual(heard.slice(0, 5));
    await bus.stop();
    await new Promise((resolve) => receiver.close(resolve));
  });
});

describe("what is stopped", () => {
  test("starts again by what they said of it; what somebody decides on and what was discarded is left", async () => {
    await open();
    await sandbox.behave({
      mode: "reject",
      scope: "create",
      reason: "defect_code: not in the list",
    });
    for (let at = 0; at < 4; at += 1) await plant.logDefect();
    await until(allAre("parked", 4));
    const [asker, decider] = [someone(), someone()];
    const [first = "", second = ""] = (await plant.deliveries()).map(({ id }) => id);
    const act = { reason: "raised by phone" };
    const both = { command: uuidv7(), deliveries: [first, second], ...act };
    expect(await askDiscardMany(asker, both)).toEqual({ ok: true, value: { done: 2, left: 0 } });
    expect((await previewed(asker)).undecided, "not by who asked").toEqual([]);
    expect((await previewed(decider)).undecided).toEqual([first, second]);
    expect(await kinds(decider)).toEqual({ "create started": 2, "create others_decide": 2 });
    const elsewhere: Partial<ReplayAsked>[] = [
      { to: minute(-1_800_000) },
      { from: minute(1_800_000) },
      { rule: "hold-notice" },
      { search: "FSB-9999" },
      { said: "timeout" },
      { connector: uuidv7() },
    ];
    for (const of of elsewhere)
      expect((await previewed(decider, of)).lines, Object.keys(of).join()).toEqual([]);
    const decision = { ...both, deliveries: [first], decision: "discard" as const };
    expect(await decideDiscardMany(asker, decision)).toMatchObject({
      error: { code: "discard_by_the_same" },
    });
    expect(await decideDiscardMany(decider, decision)).toMatchObject({ value: { done: 1 } });

    await sandbox.behave({ mode: "ok" });
    expect(await replayed(decider, { said: "no such words" })).toMatchObject({
      error: { code: "replay_nothing" },
    });
    expect(await replayed(decider, { said: "DEFECT_CODE" })).toMatchObject({
      value: { replayed: 2 },
    });
    await until(async () => (await sandbox.count()).ncrs === 2);
    expect(await kinds(decider)).toMatchObject({
      "create others_decide": 1,
      "create is_discarded": 1,
    });
    expect(await replayed(decider, {}, { discarded: true })).toMatchObject({ ok: true });
    await until(async () => (await sandbox.count()).ncrs === 3);
    expect(Object.values((await sandbox.count()).by_external_key)).toEqual([1, 1, 1]);
  });

  test("by then is another's to decide, is left; another plant's is not seen", async () => {
    await open();
    await sandbox.behave({ mode: "reject", scope: "create" });
    for (let at = 0; at < 2; at += 1) await plant.logDefect();
    await until(allAre("parked", 2));
    const actor = someone();
    const { deliveries } = await previewed(actor);
    const [first = ""] = deliveries;
    await askDiscard(someone(), { command: uuidv7(), delivery: first, reason: "by phone" });
    await sandbox.behave({ mode: "ok" });
    const form = { command: uuidv7(), ...asked(), also: [], deliveries, reason: "again" };
    const abroad = await aPlant(sandbox.url);
    expect(await replayMessages(someone(abroad.site), form)).toMatchObject({
      error: { code: "connector_unknown" },
    });
    const backwards = { ...form, from: form.to, to: form.from };
    expect(await replayMessages(actor, backwards)).toMatchObject({
      error: { code: "replay_range_empty" },
    });
    expect(await replayMessages(actor, form)).toEqual({
      ok: true,
      value: { replayed: 1, left: 1 },
    });
    await until(async () => (await sandbox.count()).ncrs === 1);
    await abroad.stop();
  });

  test("and may be there where nothing takes our key, is nobody's by the dozen", async () => {
    await open({ dedupe: "none" });
    await sandbox.behave({ mode: "commit-then-drop", scope: "create" });
    await plant.logDefect();
    await until(allAre("parked", 1));
    await sandbox.behave({ mode: "ok" });
    expect(await kinds(someone())).toEqual({ "create in_doubt": 1 });
    expect(await replayed(someone())).toMatchObject({ error: { code: "replay_nothing" } });
    expect(await sandbox.count()).toMatchObject({ ncrs: 1 });
  });
});

test("a replay asks no more often than the system allows, and stands behind what is new", async () => {
  await open();
  for (let at = 0; at < 6; at += 1) await plant.logDefect();
  await until(allAre("tracking", 6));
  await plant.query(
    `update connectors set config = jsonb_set(config, '{limits}', '{"perMinute": 2, "reserve": 0}')
      where id = $1`,
    [plant.connector],
  );
  const used = async () => attempts("read_back");
  const before = await used();
  await replayed(someone());
  await until(async () => (await used()) > before);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  // Two minutes may have been begun.
  expect((await used()) - before).toBeLessThanOrEqual(4);
  const [late] = await plant.query<{ priority: number }>(
    "select min(priority)::int as priority from deliveries where site_id = $1",
    [plant.site],
  );
  expect(late?.priority).toBeGreaterThanOrEqual(90);
});
