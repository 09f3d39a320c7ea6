import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { breakerPolicy } from "./breaker.rules.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { deliverDue } from "./deliver.worker.ts";
import { routeQueued } from "./routing.commands.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, quickPace, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

vi.setConfig({ testTimeout: 90_000 });

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
    });
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
