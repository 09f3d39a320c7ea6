import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { RestConnectorConfig } from "#lib/feed/connectors/rest/schema";
import { aPlant, type TestPlant } from "#lib/feed/testing/plant";
import { portsWith, quickPace, unexpected, until as untilWithin } from "#lib/feed/testing/ports";
import { pollDue } from "#lib/feed/tracking.worker";
import type { Held, Simulator } from "./simulator.ts";
import { type Target, targets } from "./targets.ts";

/*
 * Ready configurations against simulators of what each vendor documents: what stands in no simulator was not tried,
 * and nothing here was verified against a vendor's own system.
 */
const photo = (text: string) => {
  const bytes = new Uint8Array(Buffer.from(`a photo of ${text}, as bytes`));
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
};
export const photos = ["bolt 1", "bolt 2", "bolt 3"].map(photo);
export const until: typeof untilWithin = (at, fact) => untilWithin(at, fact, quickPace, 15_000);
export const ports = portsWith(new Map(photos.map(({ sha256, bytes }) => [sha256, bytes])));

type Known = {
  external_id: string;
  status: string;
  dispositions: object[];
  missing_words: string[] | null;
};

/** What is seen of a plant's messages, of what it knows there, and of the connector. */
function seenIn(plant: () => TestPlant) {
  const states = async (operation: string) =>
    (await plant().deliveries()).filter((one) => one.operation === operation);
  return {
    states,
    reaches: (operation: string, state: string, count = 1) =>
      until(ports, async () => {
        const all = await states(operation);
        return all.filter((one) => one.state === state).length === count;
      }).catch(async (late: Error) => {
        throw new Error(`${late.message}: ${JSON.stringify(await plant().deliveries())}`);
      }),
    record: async () => {
      const rows = await plant().query<Known>(
        "select external_id, status, dispositions, missing_words from external_records where site_id = $1",
        [plant().site],
      );
      return rows[0];
    },
    polled: (fact: () => Promise<boolean>) =>
      vi.waitFor(
        async () => {
          await plant().query("update connectors set poll_at = clock_timestamp() where id = $1", [
            plant().connector,
          ]);
          await pollDue(ports);
          expect(await fact()).toBe(true);
        },
        { timeout: 120_000, interval: 100 },
      ),
    connector: async () => {
      type Row = { status: string; note: string | null; waits: number | null };
      const [row] = await plant().query<Row>(
        `select status, status_note as note,
           extract(epoch from paused_until - clock_timestamp())::float8 as waits
           from connectors where id = $1`,
        [plant().connector],
      );
      return row;
    },
  };
}

const only = (records: readonly Held[]): Held => {
  expect(records).toHaveLength(1);
  return records[0] as Held;
};

/** One target with a plant that feeds it, made anew for each test. */
export function stageOf(target: Target) {
  let there: Simulator;
  let plant: TestPlant;
  const seen = seenIn(() => plant);

  beforeEach(async () => {
    there = await target.start();
  });
  afterEach(async () => {
    await plant.stop();
    await there.stop();
    expect(unexpected.splice(0)).toEqual([]);
  });

  return {
    ...seen,
    only,
    open: async (changed: (config: RestConnectorConfig) => RestConnectorConfig = (as) => as) => {
      const config = changed(target.config(there.url));
      const retry = { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 };
      const quick = { allow: ["127.0.0.1"], timeoutMs: 3_000, settlingMs: 300, retry };
      plant = await aPlant(there.url, { ...config, ...quick }, target.secret, target.codes);
    },
    made: async () => {
      const defect = await plant.logDefect();
      await seen.reaches("create", "tracking");
      return { ...defect, held: only(there.world.records) };
    },
    there: () => there,
    plant: () => plant,
  };
}

export const targetOf = (preset: Target["preset"]): Target => {
  const found = targets.find((target) => target.preset === preset);
  if (!found) throw new Error(`no target ${preset}`);
  return found;
};
