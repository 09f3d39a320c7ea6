import { describe, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { withdraw } from "#lib/feed/connectors/rest/talk.gateway";
import { erpNextStale } from "./simulators/erpnext.ts";
import { sapStale } from "./simulators/sap.ts";
import { type Answer, type Asked, change, keep } from "./simulators/simulator.ts";
import { ports, stageOf, targetOf, until } from "./simulators/stage.ts";

/* What one target alone does, against its simulator: nothing here was verified against a vendor's own system. */
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

describe("odoo, while another load() of the same key is at work", () => {
  const { open, states, reaches, only, there, plant } = stageOf(targetOf("odoo"));
  type Load = {
    params: { args: [string, number, string, string, string, [string[], string[][]]] };
  };
  const loadIn = ({ json }: Asked) => {
    const args = (json as Load | undefined)?.params.args;
    return args?.[4] === "load" ? args[5] : null;
  };
  const rpc = (result: object): Answer => ({
    status: 200,
    body: { jsonrpc: "2.0", id: 1, ...result },
  });

  test.each([
    "could not serialize access due to concurrent update",
    'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"',
  ])("the one that comes second finds the record of the first: %s", async (message) => {
    await open();
    there().faults.answers = (asked) => {
      const load = loadIn(asked);
      if (!load) return null;
      const [columns, rows] = load;
      const fields = Object.fromEntries(columns.map((name, at) => [name, rows[0]?.[at]]));
      keep(there().world, "41", { ...fields, state: "draft" });
      return rpc({ result: { ids: false, messages: [{ type: "error", message }] } });
    };
    await plant().logDefect();
    await reaches("create", "tracking");
    only(there().world.records);
    expect(await states("create")).toMatchObject([{ external_id: "41" }]);
  });

  test("a transaction that Odoo has given up is sent again, and the record is there once", async () => {
    await open();
    there().faults.answers = (asked) =>
      loadIn(asked) &&
      rpc({
        error: {
          code: 200,
          message: "Odoo Server Error",
          data: { name: "psycopg2.errors.SerializationFailure", message: "could not serialize" },
        },
      });
    await plant().logDefect();
    await reaches("create", "tracking");
    only(there().world.records);
    expect(await states("create")).toMatchObject([{ attempts: 1 }]);
  });
});

describe("veeva, while somebody else works on the same row", () => {
  const { open, states, reaches, only, there, plant } = stageOf(targetOf("veeva"));

  test.each(["RACE_CONDITION", "OPERATION_IN_PROGRESS"])(
    "%s of the row within a 200 is sent again, and the record is there once",
    async (type) => {
      await open();
      const row = { responseStatus: "FAILURE", errors: [{ type, message: "Try again" }] };
      there().faults.answers = ({ method, path }) =>
        method === "POST" && path.endsWith("/quality_event__qdm")
          ? { status: 200, body: { responseStatus: "SUCCESS", data: [row] } }
          : null;
      await plant().logDefect();
      await reaches("create", "tracking");
      only(there().world.records);
      expect(await states("create")).toMatchObject([{ attempts: 1 }]);
    },
  );
});

describe.each([
  { preset: "erpnext", where: "/Non Conformance" },
  { preset: "carbon", where: "/nonConformance" },
] as const)("$preset, whose key of ours is unique", ({ preset, where }) => {
  const { open, states, reaches, only, there, plant } = stageOf(targetOf(preset));

  test("failure 1: sent twice by something in between, it is refused as a duplicate, looked for and found", async () => {
    await open();
    there().faults.doubles = ({ method, path }) => method === "POST" && path.endsWith(where);
    await plant().logDefect();
    await reaches("create", "tracking");
    const held = only(there().world.records);
    expect(await states("create")).toMatchObject([{ external_id: held.id }]);
  });
});

describe("carbon, whose rows somebody may no longer see", () => {
  const { open, states, connector, there, plant } = stageOf(targetOf("carbon"));

  test("a look-up that shows nothing at all is no absence: the connector pauses, nothing is made", async () => {
    await open();
    there().faults.answers = ({ method, path }) =>
      method === "GET" && path.endsWith("/nonConformanceType") ? { status: 200, body: [] } : null;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.status === "paused");
    expect(await states("create")).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(there().world.records).toEqual([]);
  });
});
