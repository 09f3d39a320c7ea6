import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { actorOfSeed } from "#lib/boundary/actor";
import { db } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { connectorById } from "./connector.queries.ts";
import { resumeConnector } from "./connector-setup.commands.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { retryDelivery } from "./dead-letters.commands.ts";
import { deliverDue } from "./deliver.worker.ts";
import { keepExternal } from "./external.commands.ts";
import { routeQueued } from "./routing.commands.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, quickPace, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

// Every wait is for a fact; a busy machine only takes longer to get there.
let sandbox: Sandbox;
let plant: TestPlant;
const ports = portsWith();

const open = async (config: Partial<RestConnectorConfig> = {}) => {
  plant = await aPlant(sandbox.url, config);
};
const stateIs = (state: string) => async () => {
  const all = await plant.deliveries();
  return all.length > 0 && all.every((delivery) => delivery.state === state);
};
const ncrIsTracked = async () => {
  const [create] = await plant.deliveries();
  return create?.state === "tracking";
};

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

describe("a defect becomes one NCR", () => {
  test("with everything that its author needs, read back and compared", async () => {
    await open();
    const { key, traveler } = await plant.logDefect();
    await until(ports, ncrIsTracked);

    expect(await sandbox.count()).toMatchObject({ ncrs: 1, by_external_key: { [key]: 1 } });
    const [ncr] = await sandbox.ncrs();
    expect(ncr?.fields).toMatchObject({
      requirement: "21.9 … 24.9 N·m",
      actual: "27.2 N·m",
      balloon: "12",
      drawing: "4471-2210 rev C",
      serial: "FSB-0118",
      order_number: "WO-700118",
      part_number: "4471-2210-1",
      step: expect.stringContaining("060.3"),
      instruction: "WI-4471-2210 rev 03",
      reported_by: "Marisol Reyes (E-2041)",
      station: "ASM-2",
      gage: "TW-0209, calibration due 2026-12-01",
      description: "Bolt 3 went over: the wrench clicked twice.",
      link: `https://buyoff.northgate.example/travelers/${traveler}#entry-2`,
    });
    const [delivery] = await plant.deliveries();
    expect(delivery).toMatchObject({ external_id: ncr?.number, attempts: 0 });
    expect((await plant.attempts()).map(({ act }) => act)).toEqual([
      "lookup",
      "create",
      "read_back",
    ]);
  });

  test("and no attempt on record shows the token", async () => {
    await open();
    await plant.logDefect();
    await until(ports, ncrIsTracked);
    expect(JSON.stringify(await plant.attempts())).not.toContain("sandbox-token");
  });

  test("however often its entry is routed again", async () => {
    await open();
    const { traveler } = await plant.logDefect();
    await until(ports, ncrIsTracked);
    await plant.query("insert into routing_queue (site_id, stream_id, seq) values ($1, $2, 2)", [
      plant.site,
      traveler,
    ]);
    await until(ports, async () => (await plant.query("select from routing_queue")).length === 0);
    await deliverDue(ports, quickPace);
    expect((await sandbox.count()).ncrs).toBe(1);
    expect(await plant.deliveries()).toHaveLength(1);
  });

  test("failure 8: found by its key when it is there already and closed", async () => {
    await open();
    const { key } = await plant.logDefect();
    await fetch(`${sandbox.url}/api/ncrs`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox-token-5f1c" },
      body: JSON.stringify({ title: "made before a restore of ours", external_key: key }),
    });
    const [made] = await sandbox.ncrs();
    await sandbox.patch(made?.number ?? "", { status: "closed" });
    await until(
      ports,
      async () =>
        (await plant.deliveries())[0]?.external_id !== null &&
        (await plant.deliveries())[0]?.external_id !== undefined,
    );
    expect((await sandbox.count()).ncrs).toBe(1);
  });
});

test("of what is due, the more urgent goes first, and what came first among equals", async () => {
  await open();
  const keys = [await plant.logDefect(), await plant.logDefect(), await plant.logDefect()];
  await routeQueued(ports.origin);
  const urgent = keys[2]?.key ?? "";
  await plant.query("update deliveries set priority = 5 where external_key = $1", [urgent]);
  await deliverDue(ports, { leaseMs: 5_000, atOnce: 1 });
  expect((await sandbox.count()).by_external_key).toEqual({ [urgent]: 1 });
  await deliverDue(ports, { leaseMs: 5_000, atOnce: 1 });
  expect((await sandbox.count()).by_external_key).toEqual({ [urgent]: 1, [keys[0]?.key ?? ""]: 1 });
});

describe("a lost answer is looked up before anything is sent again", () => {
  test.each(["commit-then-drop", "commit-then-hang"])(
    "failure 1: %s: one NCR, adopted",
    async (mode) => {
      await open();
      await sandbox.behave({ mode, scope: "create", remaining: 1 });
      await plant.logDefect();
      await until(ports, async () => (await plant.deliveries())[0]?.state === "outcome_unknown");
      await until(ports, ncrIsTracked);
      expect((await sandbox.count()).ncrs).toBe(1);
      expect((await plant.attempts("create")).map(({ classification }) => classification)).toEqual([
        "unknown",
      ]);
    },
  );

  test.each(["drop", "hang", "503"])(
    "failure 2: %s: nothing was done, so it is sent again and is one",
    async (mode) => {
      await open();
      await sandbox.behave({ mode, scope: "create", remaining: 1 });
      await plant.logDefect();
      await until(ports, ncrIsTracked);
      expect((await sandbox.count()).ncrs).toBe(1);
      const lookups = (await plant.attempts()).map(({ act }) => act);
      // Two look-ups a settling time apart, and the search first of the second try.
      expect(lookups).toEqual([
        "lookup",
        "create",
        "lookup",
        "lookup",
        "lookup",
        "create",
        "read_back",
      ]);
    },
  );

  test("failure 1: an answer slower than our patience: one NCR", async () => {
    await open({ timeoutMs: 400, settlingMs: 700 });
    await sandbox.behave({ mode: "slow", scope: "create", remaining: 1, delay_ms: 700 });
    await plant.logDefect();
    await until(ports, ncrIsTracked);
    expect((await sandbox.count()).ncrs).toBe(1);
  });

  test("failure 7: a search index that lags behind: the settling time is kept and no second one is made", async () => {
    await open({ settlingMs: 900, lookupsMax: 2 });
    await sandbox.behave({
      mode: "commit-then-drop",
      scope: "create",
      remaining: 1,
      search_lag_ms: 1_200,
    });
    await plant.logDefect();
    await until(ports, ncrIsTracked);
    expect((await sandbox.count()).ncrs).toBe(1);
  });

  test("a QMS that can't be searched: parked after one unknown outcome, never sent by itself again", async () => {
    await open({ dedupe: "none" });
    await sandbox.behave({ mode: "commit-then-drop", scope: "create", remaining: 1 });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
    await wait(400);
    await deliverDue(ports, quickPace);
    expect((await sandbox.count()).ncrs).toBe(1);
    expect(await plant.attempts("create")).toHaveLength(1);
  });

  test("failure 39: a sign-in page answered with 200 is no success, and it goes to the dead in the end", async () => {
    await open({ retry: { attemptsMax: 3, baseMs: 5, factor: 2, capMs: 10 } });
    await sandbox.behave({ mode: "html" });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "dead");
    expect((await sandbox.count()).ncrs).toBe(0);
    expect(await plant.deliveries()).toMatchObject([{ attempts: 3 }]);
  });
});

describe("two workers", () => {
  test("failure 4: a worker whose lease ran out in the middle of its call: its late answer is refused, one NCR", async () => {
    await open({ timeoutMs: 3_000, settlingMs: 1_600 });
    await sandbox.behave({ mode: "slow", scope: "create", remaining: 1, delay_ms: 1_200 });
    await plant.logDefect();
    await routeQueued(ports.origin);
    const lost: object[] = [];
    const slow = { ...ports, log: { ...ports.log, warn: (what: object) => void lost.push(what) } };
    const first = deliverDue(slow, { leaseMs: 500, atOnce: 1 });
    await until(ports, async () => (await plant.deliveries())[0]?.state === "outcome_unknown");
    await first;
    expect(lost).toHaveLength(1);
    // What the late one brought is evidence, but moved nothing.
    expect(await plant.deliveries()).toMatchObject([
      { state: "outcome_unknown", external_id: null },
    ]);
    await until(ports, ncrIsTracked);
    expect((await sandbox.count()).ncrs).toBe(1);
    expect(await plant.attempts("create")).toMatchObject([{ classification: "done", fence: 1 }]);
  });

  test("thirty defects by four workers at once: thirty NCRs", async () => {
    await open({ timeoutMs: 5_000 });
    const keys = [];
    for (let count = 0; count < 30; count += 1) keys.push((await plant.logDefect()).key);
    const all = stateIs("tracking");
    await routeQueued(ports.origin, 100);
    await Promise.all([1, 2, 3, 4].map(() => until(ports, all, quickPace)));
    expect(await sandbox.count()).toMatchObject({
      ncrs: 30,
      by_external_key: Object.fromEntries(keys.map((key) => [key, 1])),
    });
  });
});

describe("order within a defect", () => {
  test("comments stand in the order of the record and wait for their NCR; a stopped one holds up no other defect", async () => {
    await open();
    await sandbox.behave({
      mode: "reject",
      scope: "create",
      remaining: 1,
      reason: "defect_code unknown",
    });
    const stopped = await plant.logDefect();
    await plant.comment(stopped.traveler, stopped.defect, "2");
    await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
    const other = await plant.logDefect();
    for (const quantity of ["2", "3", "4"])
      await plant.comment(other.traveler, other.defect, quantity);
    await until(
      ports,
      async () =>
        (await plant.deliveries()).filter(({ state }) => state === "verified").length === 3,
    );

    const [ncr, ...others] = await sandbox.ncrs();
    expect(others).toEqual([]);
    expect(ncr?.comments.map(({ text }) => text.slice(0, 28))).toEqual([
      "Defect updated. quantity: 2 ",
      "Defect updated. quantity: 3 ",
      "Defect updated. quantity: 4 ",
    ]);
    expect(await plant.deliveries()).toMatchObject([
      { state: "parked", last_result: expect.stringContaining("defect_code unknown") },
      { state: "pending", fence: 0 },
      { state: "tracking" },
      { state: "verified" },
      { state: "verified" },
      { state: "verified" },
    ]);
  });

  test("a comment whose answer was lost stands there once", async () => {
    await open();
    const { traveler, defect } = await plant.logDefect();
    await sandbox.behave({ mode: "commit-then-drop", scope: "comment", remaining: 1 });
    await plant.comment(traveler, defect, "2");
    await until(ports, async () => (await plant.deliveries())[1]?.state === "verified");
    const [ncr] = await sandbox.ncrs();
    expect(ncr?.comments).toHaveLength(1);
  });

  test("withdrawn before anybody took it: the QMS never hears of it", async () => {
    await open();
    const { traveler, defect } = await plant.logDefect();
    await plant.append(traveler, {
      type: "defect.withdrawn",
      body: { defect, reason: "0".repeat(64) },
    });
    await routeQueued(ports.origin);
    await deliverDue(ports, quickPace);
    expect(await plant.deliveries()).toMatchObject([{ state: "cancelled" }]);
    expect((await sandbox.count()).ncrs).toBe(0);
  });
});

describe("limits and refusals", () => {
  test.each(["in seconds", "as a time"])(
    "failure 36: 429 with Retry-After %s: nothing is sent before, no attempt is spent",
    async (kind) => {
      await open();
      const header = kind === "in seconds" ? "1" : new Date(Date.now() + 2_000).toUTCString();
      await sandbox.behave({ mode: "429", scope: "create", remaining: 1, retry_after: header });
      await plant.logDefect();
      await until(ports, async () => (await plant.attempts("create")).length === 2);
      // By the attempts' own times: when a busy machine comes to look at them says nothing.
      const [first, second] = await plant.query<{ started_at: Date; ended_at: Date }>(
        "select started_at, ended_at from delivery_attempts where site_id = $1 and act = 'create' order by started_at",
        [plant.site],
      );
      const notBefore = header === "1" ? Number(first?.ended_at) + 1_000 : Date.parse(header);
      expect(Number(second?.started_at)).toBeGreaterThan(notBefore - 200);
      await until(ports, ncrIsTracked);
      expect((await sandbox.count()).ncrs).toBe(1);
      expect(await plant.deliveries()).toMatchObject([{ attempts: 0 }]);
    },
  );

  test("a refusal with a reason is for a person, whose word sends it again", async () => {
    await open();
    await sandbox.behave({ mode: "reject", scope: "create", reason: "no such code" });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
    expect(await plant.deliveries()).toMatchObject([
      { last_result: expect.stringContaining("no such code") },
    ]);
    expect((await sandbox.count()).ncrs).toBe(0);

    await sandbox.behave({ mode: "ok" });
    const [stopped] = await plant.deliveries();
    const administrator = actorOfSeed(plant.site);
    expect(await retryDelivery(administrator, stopped?.id ?? "")).toEqual({
      ok: true,
      value: null,
    });
    await until(ports, ncrIsTracked);
    expect((await sandbox.count()).ncrs).toBe(1);
    expect((await retryDelivery(administrator, stopped?.id ?? "")).ok).toBe(false);
  });

  test("failures 33, 34: a refused token pauses the connector, once, and spends no attempt", async () => {
    await open();
    await sandbox.behave({ mode: "401" });
    await plant.logDefect();
    await plant.logDefect();
    await routeQueued(ports.origin);
    await deliverDue(ports, { leaseMs: 5_000, atOnce: 1 });
    expect(await deliverDue(ports, quickPace)).toBe(0);
    const [connector] = await plant.query(
      "select status, status_note from connectors where id = $1",
      [plant.connector],
    );
    expect(connector).toMatchObject({
      status: "paused",
      status_note: expect.stringContaining("token expired"),
    });
    expect((await plant.deliveries()).map(({ state, attempts }) => [state, attempts])).toEqual([
      ["pending", 0],
      ["pending", 0],
    ]);
    await sandbox.behave({ mode: "ok" });
    const resume = { command: uuidv7(), connector: plant.connector, reason: "A new token." };
    expect(await resumeConnector(actorOfSeed(plant.site), resume)).toMatchObject({ ok: true });
    await until(ports, stateIs("tracking"));
    expect((await sandbox.count()).ncrs).toBe(2);
  });

  test("failure 24: a field that the QMS accepts and drops is found by reading back: parked, with its name, and one NCR", async () => {
    await open();
    await sandbox.behave({
      mode: "ignore-field",
      scope: "create",
      remaining: 1,
      ignored_fields: ["requirement", "balloon"],
    });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
    expect(await plant.deliveries()).toMatchObject([
      {
        last_result: "differs in the QMS: requirement, balloon",
        external_id: expect.stringContaining("NCR-"),
      },
    ]);
    expect((await sandbox.count()).ncrs).toBe(1);
  });

  test("failure 41: an address of the plant's own network is not connected to unless it is named", async () => {
    await open({ allow: [] });
    await plant.logDefect();
    await until(ports, async () => ((await plant.deliveries())[0]?.attempts ?? 0) > 0);
    expect(await plant.deliveries()).toMatchObject([
      { last_result: expect.stringContaining("not allowed") },
    ]);
    expect((await sandbox.count()).ncrs).toBe(0);
  });
});

describe("photos", () => {
  const photos = [1, 2, 3, 4, 5].map((index) => new Uint8Array(2_000 + index).fill(index));

  test("failure 12: the third of five is cut off: the NCR stands, and only what is missing is sent again", async () => {
    await open();
    const blobs = new Map<string, Uint8Array>();
    const withPhotos = portsWith(blobs);
    const { traveler, defect } = await plant.logDefect();
    for (const bytes of photos) blobs.set(await plant.attachPhoto(traveler, defect, bytes), bytes);
    await until(withPhotos, ncrIsTracked);
    const verified = async () =>
      (await plant.deliveries()).filter(({ state }) => state === "verified").length;
    const one = { leaseMs: 5_000, atOnce: 1 };
    await until(withPhotos, async () => (await verified()) === 2, one);
    await sandbox.behave({ mode: "drop", scope: "attachment", remaining: 1 });
    await until(withPhotos, async () => (await verified()) === 5, one);

    const [ncr] = await sandbox.ncrs();
    expect(ncr?.attachments.map(({ sha256 }) => sha256).sort()).toEqual([...blobs.keys()].sort());
    expect(await plant.attempts("attach")).toHaveLength(6);
    expect(await sandbox.count()).toMatchObject({ ncrs: 1, attachments: 5 });
  });

  test("failure 14: one that is too large for the target stops by itself, with the limit, and keeps back no comment", async () => {
    await open({ attachmentBytesMax: 1_000 });
    const blobs = new Map<string, Uint8Array>();
    const { traveler, defect } = await plant.logDefect();
    const bytes = photos[0] ?? new Uint8Array();
    blobs.set(await plant.attachPhoto(traveler, defect, bytes), bytes);
    await plant.comment(traveler, defect, "2");
    await until(portsWith(blobs), async () => (await plant.deliveries())[2]?.state === "verified");
    expect((await plant.deliveries())[1]).toMatchObject({
      state: "parked",
      last_result: expect.stringContaining("larger than 1000 bytes"),
    });
    expect(await sandbox.count()).toMatchObject({ ncrs: 1, attachments: 0 });
  });

  test("failure 17: one whose bytes are still on a tablet keeps back no comment, and follows when they come", async () => {
    await open();
    const blobs = new Map<string, Uint8Array>();
    const late = portsWith(blobs);
    const { traveler, defect } = await plant.logDefect();
    const bytes = photos[0] ?? new Uint8Array();
    const sha256 = await plant.attachPhoto(traveler, defect, bytes);
    await plant.comment(traveler, defect, "2");
    await until(late, async () => (await plant.deliveries())[2]?.state === "verified");
    expect(await sandbox.count()).toMatchObject({ ncrs: 1, attachments: 0 });
    blobs.set(sha256, bytes);
    await plant.query(
      "update deliveries set next_at = now() where site_id = $1 and operation = 'attach'",
      [plant.site],
    );
    await until(late, async () => (await plant.deliveries())[1]?.state === "verified");
    expect(await sandbox.count()).toMatchObject({ ncrs: 1, attachments: 1 });
  });
});

test("an answer that is older than what is known changes nothing: reads overtake one another", async () => {
  await open();
  const { traveler, defect } = await plant.logDefect();
  const connector = await connectorById(db, plant.connector);
  if (!connector) throw new Error("no connector");
  const read = (version: string, status: "open" | "closed") => ({
    asked: "N-1",
    record: {
      externalId: "N-1",
      number: "N-1",
      key: null,
      url: "http://q/N-1",
      version,
      status,
      dispositions: [],
    },
    raw: {},
  });
  const keep = (version: string, status: "open" | "closed") =>
    keepExternal(connector, { traveler, defect }, read(version, status));
  expect(await keep("9", "open")).toBe(true);
  expect(await keep("10", "closed")).toBe(true);
  expect(await keep("9", "open")).toBe(false);
  expect(await keep("10", "open")).toBe(false);
  const kept = await plant.query(
    "select version, status from external_records where connector_id = $1",
    [plant.connector],
  );
  expect(kept).toEqual([{ version: "10", status: "closed" }]);
});
