import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { setTimeout as wait } from "node:timers/promises";
import { actorOfSeed } from "#lib/boundary/actor";
import { breakerPolicy } from "./breaker.rules.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { retryDelivery } from "./dead-letters.commands.ts";
import { deliverDue, delivering } from "./deliver.worker.ts";
import { routeQueued } from "./routing.commands.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, quickPace, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
let plant: TestPlant;
const ports = portsWith();
const open = async (config: Partial<RestConnectorConfig> = {}) => {
  plant = await aPlant(sandbox.url, config);
};
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  expect(unexpected.splice(0)).toEqual([]);
});
const circuit = async () => {
  const [row] = await plant.query<{ failures: number; open: boolean }>(
    `select failures_in_row as failures, coalesce(open_until > clock_timestamp(), false) as open
       from connectors where id = $1`,
    [plant.connector],
  );
  return row;
};

describe("failure 38: the QMS is down for long", () => {
  test("after five tries without an answer nothing is sent until the pause is over; then one tries, and all follow", async () => {
    await open({ breaker: { baseMs: 60_000, capMs: 60_000 } });
    await sandbox.behave({ mode: "503" });
    for (let n = 0; n < 12; n += 1) await plant.logDefect();
    await until(ports, async () => (await circuit())?.open === true);
    const tried = (await plant.attempts()).length;
    // Those that were on their way together when it opened; of twelve messages none after them.
    expect(tried).toBeLessThanOrEqual(breakerPolicy.failuresMax + quickPace.atOnce);
    for (let turn = 0; turn < 5; turn += 1) expect(await deliverDue(ports, quickPace)).toBe(0);
    expect((await plant.attempts()).length).toBe(tried);

    const pauseIsOver = () =>
      plant.query("update connectors set open_until = now() - interval '1 second' where id = $1", [
        plant.connector,
      ]);
    await pauseIsOver();
    await plant.query("update deliveries set next_at = now() where site_id = $1", [plant.site]);
    expect(await deliverDue(ports, quickPace), "half open: one alone").toBe(1);
    expect(await circuit()).toMatchObject({ open: true });
    await sandbox.behave({ mode: "ok" });
    await pauseIsOver();
    await until(ports, async () =>
      (await plant.deliveries()).every(({ state }) => state === "tracking"),
    );
    expect(await circuit()).toEqual({ failures: 0, open: false });
    expect(await sandbox.count()).toMatchObject({ ncrs: 12 });
  });

  test("a refusal is an answer: what is refused for itself stops nobody else", async () => {
    await open();
    await sandbox.behave({ mode: "reject", scope: "create" });
    for (let n = 0; n < 8; n += 1) await plant.logDefect();
    await until(ports, async () =>
      (await plant.deliveries()).every(({ state }) => state === "parked"),
    );
    expect(await circuit()).toEqual({ failures: 0, open: false });
  });
});

describe("failure 38: an outage of three days, at a twenty-thousandth of its time", () => {
  /** Five minutes between two tries are 15 ms, a day is 4.3 s, and so the span of ten attempts. */
  const scaled: Partial<RestConnectorConfig> = {
    breaker: { baseMs: 5, capMs: 15 },
    retry: { attemptsMax: 10, baseMs: 1, factor: 6, capMs: 4_320 },
  };
  const threeDaysMs = 13_000;

  test("gives up no message, whichever tried whether the QMS answers again, and all of them go at once when it does", async () => {
    await open(scaled);
    await sandbox.behave({ mode: "503" });
    const startedAt = Date.now();
    for (let n = 0; n < 6; n += 1) await plant.logDefect();
    // As long, and as often that each had given up by itself.
    await until(
      ports,
      async () => Date.now() - startedAt > threeDaysMs && (await plant.attempts()).length > 60,
    );
    const states = (await plant.deliveries()).map(({ state }) => state);
    expect(states).not.toContain("dead");

    await sandbox.behave({ mode: "ok" });
    const backAt = Date.now();
    await until(ports, async () =>
      (await plant.deliveries()).every(({ state }) => state === "tracking"),
    );
    const backMs = Date.now() - backAt;
    expect(await sandbox.count()).toMatchObject({ ncrs: 6 });
    const freshAt = Date.now();
    for (let n = 0; n < 6; n += 1) await plant.logDefect();
    await until(ports, async () =>
      (await plant.deliveries()).every(({ state }) => state === "tracking"),
    );
    // Of a plant's time it is hours; none waits for the end of a day of its own. A slow machine needs longer for new ones too.
    expect(backMs).toBeLessThan(Math.max(4_000, 4 * (Date.now() - freshAt)));
  });

  test("but what is never taken is given up in the end, although nothing else shows that the QMS answers", async () => {
    await open({ ...scaled, retry: { attemptsMax: 6, baseMs: 1, factor: 2, capMs: 20 } });
    await sandbox.behave({ mode: "html" });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "dead");
  });
});

describe("failure 35: permission is lost on one record's project", () => {
  test("what goes there stops for a person; the connector stays open and all else flows, and it goes on in order", async () => {
    await open();
    const first = await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "tracking");
    const [lost] = await sandbox.ncrs();
    await sandbox.behave({
      mode: "403",
      scope: "write",
      address: lost?.number,
      reason: "no permission on this project",
    });
    await plant.comment(first.traveler, first.defect, "2");
    await plant.comment(first.traveler, first.defect, "3");
    const second = await plant.logDefect();
    await plant.comment(second.traveler, second.defect, "4");
    const states = async () => (await plant.deliveries()).map(({ state }) => state);
    await until(ports, async () => (await states()).at(-1) === "verified");
    expect(await states()).toEqual(["tracking", "parked", "pending", "tracking", "verified"]);
    const stopped = (await plant.deliveries())[1];
    expect(stopped?.last_result).toContain("403");
    expect(stopped?.last_result).toContain("no permission on this project");
    const [connector] = await plant.query("select status from connectors where id = $1", [
      plant.connector,
    ]);
    expect(connector).toEqual({ status: "active" });

    await sandbox.behave({ mode: "ok" });
    expect(await retryDelivery(actorOfSeed(plant.site), stopped?.id ?? "")).toMatchObject({
      ok: true,
    });
    await until(ports, async () => (await states())[2] === "verified");
    const [given] = (await sandbox.ncrs()).filter(({ number }) => number === lost?.number);
    expect(given?.comments.map(({ text }) => text.match(/quantity: (\d)/)?.[1])).toEqual([
      "2",
      "3",
    ]);
  });
});

describe("failure 37: the QMS delays its answers instead of refusing", () => {
  const patience = async () => {
    const [row] = await plant.query<{ patience: number | null }>(
      "select patience_ms as patience from connectors where id = $1",
      [plant.connector],
    );
    return row?.patience;
  };

  test("longer answers are waited for, each record is made once and in no doubt, and patience ends with the delay", async () => {
    await open({ timeoutMs: 500 });
    // Just over a second, so that of the two seconds learned a busy machine has nearly one for itself.
    await sandbox.behave({ mode: "slow", delay_ms: 1_050 });
    for (let n = 0; n < 4; n += 1) await plant.logDefect();
    const tracked = async () =>
      (await plant.deliveries()).filter(({ state }) => state === "tracking").length;
    await until(ports, async () => (await tracked()) === 4);
    expect(await patience()).toBe(2_000);
    expect(await sandbox.count()).toMatchObject({ ncrs: 4 });
    // Learned from what only asks: nothing was sent into the dark.
    const creates = await plant.attempts("create");
    expect(creates.map(({ classification }) => classification)).toEqual(Array(4).fill("done"));

    await sandbox.behave({ mode: "ok" });
    // Two are enough where they are answered within a quarter second.
    for (let all = 5; (await patience()) !== null; all += 1) {
      await plant.logDefect();
      await until(ports, async () => (await tracked()) === all);
    }
  });

  test("holds up nothing that goes elsewhere: slow systems have a lane of their own", async () => {
    await open();
    await plant.logDefect();
    await routeQueued(ports.origin);
    await plant.query("update connectors set patience_ms = 60000 where id = $1", [plant.connector]);
    expect(await deliverDue(ports, quickPace, "usual")).toBe(0);
    expect(await deliverDue(ports, quickPace, "slow")).toBe(1);
  });

  test("one that waits for its answer takes up its own place, and what else is due goes meanwhile", async () => {
    await open({ timeoutMs: 18_000 });
    await sandbox.behave({ mode: "slow", scope: "create", remaining: 1, delay_ms: 14_000 });
    for (let n = 0; n < 6; n += 1) await plant.logDefect();
    await routeQueued(ports.origin);
    const pause = async (ms: number) => void (await wait(ms));
    const going = delivering(ports, { leaseMs: 30_000, atOnce: 2 }, { lane: "usual", pause });
    const states = async () => (await plant.deliveries()).map(({ state }) => state).toSorted();
    await vi.waitFor(async () => {
      await going.turn();
      expect(await states()).toEqual(["sending", ...Array(5).fill("tracking")]);
    }, 13_000);
    await going.end();
    expect(await states()).toEqual(Array(6).fill("tracking"));
  });

  test("a worker that waits longer has the message for longer", async () => {
    await open({ timeoutMs: 500 });
    await sandbox.behave({ mode: "slow", delay_ms: 5_000, scope: "create" });
    await plant.query("update connectors set patience_ms = 20000 where id = $1", [plant.connector]);
    await plant.logDefect();
    await routeQueued(ports.origin);
    const short = { leaseMs: 1_000, atOnce: 1 };
    const delivering = deliverDue(ports, short);
    await vi.waitFor(async () => expect(await plant.attempts("create")).toHaveLength(1), 120_000);
    await wait(1_100);
    expect(await deliverDue(ports, short), "nobody else takes it meanwhile").toBe(0);
    await delivering;
    expect(await sandbox.count()).toMatchObject({ ncrs: 1 });
  });
});

describe("failure 36: as many requests as the system allows and no more", () => {
  const limited = (limits: NonNullable<RestConnectorConfig["limits"]>) => ({
    id: plant.connector,
    site: plant.site,
    config: { limits } as RestConnectorConfig,
  });

  test("however many workers ask at once; the rest hear when the next may be sent", async () => {
    await open();
    const connector = limited({ perDay: 7, reserve: 0 });
    const waits = await Promise.all(
      Array.from({ length: 20 }, () => requestWaitMs(connector, true)),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(7);
    const midnight = new Date();
    midnight.setUTCHours(24, 0, 0, 0);
    for (const wait of waits.filter((one) => one > 0))
      expect(Math.abs(Date.now() + wait - midnight.getTime())).toBeLessThan(30_000);
  });

  test("who asks for the last one while another is taking it waits, and hears that it is gone", async () => {
    await open();
    const last = limited({ perDay: 1, reserve: 0 });
    await plant.query("begin");
    const [taken] = await plant.query<{ wait: number }>(
      "select take_request($1, $2, null, 1, 0, true) as wait",
      [plant.connector, plant.site],
    );
    expect(taken).toEqual({ wait: 0 });
    const second = requestWaitMs(last, true);
    await vi.waitFor(async () => {
      const waiting = await plant.query(
        "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(waiting).toHaveLength(1);
    }, 120_000);
    await plant.query("commit");
    expect(await second).toBeGreaterThan(0);
  });

  test("a reserve is left for NCRs", async () => {
    await open();
    const connector = limited({ perDay: 10, reserve: 0.3 });
    const others = await Promise.all(
      Array.from({ length: 10 }, () => requestWaitMs(connector, false)),
    );
    expect(others.filter((wait) => wait === 0)).toHaveLength(7);
    const ncrs = await Promise.all(Array.from({ length: 5 }, () => requestWaitMs(connector, true)));
    expect(ncrs.filter((wait) => wait === 0)).toHaveLength(3);
  });

  test("a message that would be one too many waits with its attempts unspent, and the connector with it", async () => {
    await open({ limits: { perDay: 3, reserve: 0 } });
    await plant.logDefect();
    await until(ports, async () => (await plant.deliveries())[0]?.state === "tracking");
    await plant.logDefect();
    await routeQueued(ports.origin);
    await deliverDue(ports, quickPace);
    const second = (await plant.deliveries())[1];
    expect(second).toMatchObject({ state: "pending", attempts: 0, last_result: "asked to wait" });
    expect((await plant.attempts()).length).toBe(3);
    expect(await deliverDue(ports, quickPace)).toBe(0);
  });
});
