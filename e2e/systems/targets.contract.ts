import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import type { RestConnectorConfig } from "#lib/feed/connectors/rest/schema";
import { withdraw } from "#lib/feed/connectors/rest/talk.gateway";
import { aPlant, type TestPlant } from "#lib/feed/testing/plant";
import { portsWith, quickPace, unexpected, until as untilWithin } from "#lib/feed/testing/ports";
import { pollDue } from "#lib/feed/tracking.worker";
import { erpNextStale } from "./simulators/erpnext.ts";
import { sapStale } from "./simulators/sap.ts";
import { change, type Held, type Simulator } from "./simulators/simulator.ts";
import { type Target, targets } from "./simulators/targets.ts";

/*
 * Ready configurations against simulators of what each vendor documents: what stands in no simulator was not tried,
 * and nothing here was verified against a vendor's own system.
 */
const photo = (text: string) => {
  const bytes = new Uint8Array(Buffer.from(`a photo of ${text}, as bytes`));
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
};
const photos = ["bolt 1", "bolt 2", "bolt 3"].map(photo);
const until: typeof untilWithin = (at, fact) => untilWithin(at, fact, quickPace, 15_000);
const ports = portsWith(new Map(photos.map(({ sha256, bytes }) => [sha256, bytes])));

/** One target with a plant that feeds it, made anew for each test. */
function stageOf(target: Target) {
  let there: Simulator;
  let plant: TestPlant;

  const open = async (
    changed: (config: RestConnectorConfig) => RestConnectorConfig = (as) => as,
  ) => {
    const config = changed(target.config(there.url));
    const retry = { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 };
    const quick = { allow: ["127.0.0.1"], timeoutMs: 3_000, settlingMs: 300, retry };
    plant = await aPlant(there.url, { ...config, ...quick }, target.secret, target.codes);
  };
  const states = async (operation: string) =>
    (await plant.deliveries()).filter((one) => one.operation === operation);
  const reaches = (operation: string, state: string, count = 1) =>
    until(ports, async () => {
      const all = await states(operation);
      return all.filter((one) => one.state === state).length === count;
    }).catch(async (late: Error) => {
      throw new Error(`${late.message}: ${JSON.stringify(await plant.deliveries())}`);
    });
  const made = async () => {
    const defect = await plant.logDefect();
    await reaches("create", "tracking");
    return { ...defect, held: only(there.world.records) };
  };
  const only = (records: readonly Held[]): Held => {
    expect(records).toHaveLength(1);
    return records[0] as Held;
  };
  const record = async () => {
    const rows = await plant.query<{
      external_id: string;
      status: string;
      dispositions: object[];
      missing_words: string[] | null;
    }>(
      "select external_id, status, dispositions, missing_words from external_records where site_id = $1",
      [plant.site],
    );
    return rows[0];
  };
  const polled = (fact: () => Promise<boolean>) =>
    vi.waitFor(
      async () => {
        await plant.query("update connectors set poll_at = clock_timestamp() where id = $1", [
          plant.connector,
        ]);
        await pollDue(ports);
        expect(await fact()).toBe(true);
      },
      { timeout: 20_000, interval: 100 },
    );
  const connector = async () => {
    const [row] = await plant.query<{ status: string; note: string | null; waits: number | null }>(
      `select status, status_note as note,
         extract(epoch from paused_until - clock_timestamp())::float8 as waits
         from connectors where id = $1`,
      [plant.connector],
    );
    return row;
  };

  beforeEach(async () => {
    there = await target.start();
  });
  afterEach(async () => {
    await plant.stop();
    await there.stop();
    expect(unexpected.splice(0)).toEqual([]);
  });

  return {
    open,
    made,
    states,
    reaches,
    record,
    polled,
    connector,
    only,
    there: () => there,
    plant: () => plant,
  };
}

// What a target can't do is no test of it: one that is left out would count as failed.
describe.each(targets)("$preset", (target) => {
  const { open, made, states, reaches, record, polled, connector, only, there, plant } =
    stageOf(target);

  test("a defect becomes one record with its fields, read back; the secret stands in no attempt", async () => {
    await open();
    const { held, key } = await made();
    expect(JSON.stringify([held.fields, held.notes])).toContain("27.2");
    expect(JSON.stringify([held.fields, held.notes])).toContain(key);
    expect(await record()).toMatchObject({ external_id: held.id, status: "open" });
    const kept = JSON.stringify(await plant().attempts());
    expect(kept).not.toContain(target.secret);
    for (const session of there().world.sessions) expect(kept).not.toContain(session);
  });

  if (target.hasKey)
    test("failure 10: sent before our database went back to yesterday, it is found by our key and not written over", async () => {
      await open();
      const { held } = await made();
      change(held, { [target.title]: "as quality put it" });
      // By the next day every index has caught up.
      if (target.lagMs) await new Promise((resolve) => setTimeout(resolve, target.lagMs));
      await plant().query(
        "update deliveries set state = 'pending', external_id = null where site_id = $1",
        [plant().site],
      );
      // What a person changed there is a difference, for a person; not ours to undo.
      await until(ports, async () => (await states("create"))[0]?.state === "parked");
      expect(only(there().world.records).fields[target.title]).toBe("as quality put it");
      expect((await states("create"))[0]?.external_id).toBe(held.id);
    });

  test("failure 1: its answer is lost after it was done: one record, found again or left to a person", async () => {
    await open();
    there().faults.losesReply = true;
    await plant().logDefect();
    await reaches("create", target.hasKey ? "tracking" : "parked");
    only(there().world.records);
    if (!target.hasKey)
      expect((await states("create"))[0]?.last_result).toContain("no way to look it up");
  });

  test("a word on it is added once, also when the answer to it is lost", async () => {
    await open();
    const { traveler, defect, held } = await made();
    there().faults.losesReply = true;
    await plant().comment(traveler, defect, "2");
    await reaches("update", "verified");
    expect(
      held.notes.filter(({ text }) => text.includes("2") && !text.includes("27.2")),
    ).toHaveLength(1);
  });

  test("failure 12: the connection is cut in one of three photos: the record stands, only the missing one is sent again", async () => {
    await open();
    const { traveler, defect, held } = await made();
    const before = held.files.length;
    there().faults.cutsUpload = true;
    for (const { bytes } of photos) await plant().attachPhoto(traveler, defect, bytes);
    await reaches("attach", "verified", 3);
    const files = held.files.slice(before);
    expect(new Set(files.map(({ name }) => name)).size).toBe(3);
    expect(files.map(({ size }) => size)).toEqual(photos.map(({ bytes }) => bytes.length));
  });

  test("failures 23 and 24: what it keeps is not what was sent: parked with the field's name", async () => {
    await open();
    there().world.alters = target.altered;
    await plant().logDefect();
    await reaches("create", "parked");
    expect((await states("create"))[0]?.last_result).toBe(
      `differs in the QMS: ${target.alteredIs ?? target.altered}`,
    );
  });

  test("failure 33: credentials that count no more pause the connector; nothing is dead, no attempt is spent", async () => {
    await open();
    there().world.isRevoked = true;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.status === "paused");
    expect(await states("create")).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(there().world.records).toEqual([]);
  });

  if (target.hasSession)
    test("failure 33: a session that has expired is begun anew once, for all that wait, and no attempt is spent", async () => {
      await open();
      await made();
      there().world.sessions.clear();
      const begun = there().world.begun;
      await Promise.all([plant().logDefect(), plant().logDefect(), plant().logDefect()]);
      await reaches("create", "tracking", 4);
      expect(there().world.begun - begun).toBe(1);
      for (const { attempts } of await states("create")) expect(attempts).toBe(0);
    });

  test("failure 36: asked too often, it is left alone for as long as it says", async () => {
    await open();
    there().faults.limits = 1;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.waits !== null);
    const waits = Number((await connector())?.waits);
    expect(waits).toBeGreaterThan(target.waitsSeconds - 15);
    expect(waits).toBeLessThanOrEqual(target.waitsSeconds);
    const asked = there().asked.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(there().asked.length).toBe(asked);
  });

  test("failure 39: what it refuses, whatever its status says, stops for a person with its own words", async () => {
    await open();
    there().world.refuses = target.refused;
    await plant().logDefect();
    await reaches("create", "parked");
    expect((await states("create"))[0]?.last_result).toContain("rejected: ");
    expect((await states("create"))[0]?.last_result).toContain(target.refusal);
    expect(there().world.records).toEqual([]);
  });

  test("failure 30: what is decided there comes back by asking, also two changes within one second", async () => {
    await open();
    const { held } = await made();
    change(held, target.decided[0]);
    await polled(async () => (await record())?.status === target.decided[1]);
    change(held, target.closed[0]);
    await polled(async () => (await record())?.status === target.closed[1]);
  });

  const { disposed } = target;
  if (disposed)
    test("a decision comes back with quantity and authority, in our words; one that nobody has mapped is told as none", async () => {
      await open();
      const { held } = await made();
      change(held, disposed.there);
      await polled(async () => (await record())?.dispositions.length === 1);
      expect(await record()).toMatchObject({
        status: "dispositioned",
        dispositions: [disposed.here],
        missing_words: null,
      });
      change(held, disposed.unmapped);
      await polled(async () => (await record())?.missing_words !== null);
      expect(await record()).toMatchObject({
        status: "dispositioned",
        dispositions: [],
        missing_words: Object.values(disposed.unmapped),
      });
    });

  if (target.voided)
    test("failure 47: void there is void here", async () => {
      await open();
      const { held } = await made();
      change(held, target.voided ?? {});
      await polled(async () => (await record())?.status === "void");
    });

  test("failure 48: deleted there, nothing is made again: what is added stops and says so", async () => {
    await open();
    const { traveler, defect } = await made();
    there().world.records.length = 0;
    await plant().comment(traveler, defect, "2");
    await reaches("update", "parked");
    expect(there().world.records).toEqual([]);
  });
});

const targetOf = (preset: Target["preset"]): Target => {
  const found = targets.find((target) => target.preset === preset);
  if (!found) throw new Error(`no target ${preset}`);
  return found;
};

describe("jira, asked as it was before", () => {
  const { open, states, connector, there, plant } = stageOf(targetOf("jira"));

  test("failure 45: a search that was taken away pauses the connector with its words; nothing is dead, nothing made", async () => {
    await open((config) => ({
      ...config,
      lookup: { ...config.lookup, path: config.lookup.path.replace("search/jql", "search") },
    }));
    await plant().logDefect();
    await until(ports, async () => (await connector())?.status === "paused");
    expect((await connector())?.note).toContain("Please migrate to /rest/api/3/search/jql");
    expect(await states("create")).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(there().world.records).toEqual([]);
  });
});

describe("carbon, whose record is several rows", () => {
  const { open, reaches, only, there, plant } = stageOf(targetOf("carbon"));

  test("failure 2: cut between two of them, the missing one alone is added; the record and the other are there once", async () => {
    await open();
    const inserts = (table: string) =>
      there().asked.filter(({ method, path }) => method === "POST" && path.endsWith(`/${table}`));
    there().faults.cuts = ({ method, path }) =>
      method === "POST" && path.endsWith("/nonConformanceJobOperation");
    await plant().logDefect();
    await reaches("create", "tracking");
    const held = only(there().world.records);
    expect(held.links.map(({ itemId, jobOperationId }) => [itemId, jobOperationId])).toEqual([
      ["item-2210", undefined],
      [undefined, "jo-060"],
    ]);
    expect(inserts("nonConformance")).toHaveLength(1);
    expect(inserts("nonConformanceItem")).toHaveLength(1);
    expect(inserts("nonConformanceJobOperation")).toHaveLength(2);
  });
});

describe.each([
  { preset: "sap-defect", where: "/AttachmentContentSet", stale: sapStale },
  { preset: "erpnext", where: "/Comment", stale: erpNextStale },
] as const)("$preset, whose record somebody else saves at the same moment", (of) => {
  const { open, made, states, reaches, there, plant } = stageOf(targetOf(of.preset));
  const isWord = ({ method, path }: { method: string; path: string }) =>
    method === "POST" && path.endsWith(of.where);

  test("what was to be added is refused as stale: the record is read again, and it is added once", async () => {
    await open();
    const { traveler, defect, held } = await made();
    const before = held.notes.length;
    let refusedAt = 0;
    there().faults.answers = (asked) => {
      if (!isWord(asked)) return null;
      refusedAt = there().asked.length;
      change(held, {});
      return of.stale;
    };
    await plant().comment(traveler, defect, "2");
    await reaches("update", "verified");
    expect(held.notes).toHaveLength(before + 1);
    const since = there().asked.slice(refusedAt);
    const again = since.findIndex(isWord);
    expect(since.slice(0, again).some(({ path }) => path.includes(held.id))).toBe(true);
    expect(await states("update")).toMatchObject([{ attempts: 1 }]);
  });

  test("what stands there by then, whoever put it there, is not added again", async () => {
    await open();
    const { traveler, defect, held } = await made();
    const before = held.notes.length;
    let refusedAt = 0;
    there().faults.answers = (asked) => {
      if (!isWord(asked)) return null;
      refusedAt = there().asked.length;
      // Another worker of ours was first, and its answer is on its way.
      const key = String(asked.headers.slug ?? JSON.stringify(asked.json));
      held.notes.push({ key, text: key });
      held.files.push({ name: key, size: 1 });
      return of.stale;
    };
    await plant().comment(traveler, defect, "2");
    await reaches("update", "verified");
    expect(held.notes).toHaveLength(before + 1);
    expect(there().asked.slice(refusedAt).filter(isWord)).toEqual([]);
  });
});

describe("odoo, where nobody may delete", () => {
  const { open, made, only, there } = stageOf(targetOf("odoo"));

  test("what would delete a record is refused within a 200, and told as refused; the ready configuration never tries", async () => {
    await open();
    const { held } = await made();
    const target = targetOf("odoo");
    const config = target.config(there().url);
    expect(JSON.stringify(config)).not.toContain("unlink");
    const body =
      '{ "model": "mgmtsystem.nonconformity", "method": "unlink", "args": [[$number($externalId)]] }';
    const deleting = { ...config, allow: ["127.0.0.1"], withdraw: { ...config.readBack, body } };
    const quiet = { onSend: async () => undefined };
    const said = await withdraw({ config: deleting, secret: target.secret }, held.id, quiet);
    expect(said).toMatchObject({
      kind: "rejected",
      reason: expect.stringContaining("not allowed to delete"),
    });
    only(there().world.records);
  });
});

describe("veeva, in a burst", () => {
  const { open, reaches, only, there, plant } = stageOf(targetOf("veeva"));

  test("failure 37: it answers late and refuses nothing: it is waited for longer, and what was sent is there once", async () => {
    await open();
    await plant().query(
      "update connectors set config = jsonb_set(config, '{timeoutMs}', '400') where id = $1",
      [plant().connector],
    );
    there().faults.delaysMs = 700;
    await plant().logDefect();
    await reaches("create", "tracking");
    only(there().world.records);
    const [learned] = await plant().query<{ patience_ms: number | null }>(
      "select patience_ms from connectors where id = $1",
      [plant().connector],
    );
    expect(learned?.patience_ms).toBeGreaterThan(700);
    const creates = await plant().attempts("create");
    expect(creates.map(({ classification }) => classification)).toEqual(["done"]);
  });
});
