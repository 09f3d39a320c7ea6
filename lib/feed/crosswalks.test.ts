import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { actorOfSeed } from "#lib/boundary/actor";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { ConnectorRefused, saveConnector } from "./connector.commands.ts";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { coverageOf } from "./coverage.queries.ts";
import { csvOf } from "./crosswalk-file.rules.ts";
import {
  addLine,
  changeCrosswalk,
  changeLine,
  createCrosswalk,
  endLine,
  importLines,
} from "./crosswalks.commands.ts";
import { codesOfMessage, crosswalksAtSite } from "./crosswalks.queries.ts";
import type { CrosswalkForm } from "./crosswalks.schema.ts";
import {
  crosswalkColumns,
  importCrosswalk,
  previewCrosswalk,
} from "./crosswalks-import.commands.ts";
import { askDiscard, decideDiscard, retryDelivery } from "./dead-letters.commands.ts";
import { defaultRules } from "./default-rules.rules.ts";
import { redriveMapped } from "./redrive.worker.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
let plant: TestPlant;
const ports = portsWith();
const reason = "Agreed with the owners of the register";
const line = { to: "", label: "", factor: "", addend: "", places: "", validFrom: "", validTo: "" };

const open = async (config: Partial<RestConnectorConfig> = {}) => {
  plant = await aPlant(sandbox.url, config);
};
const actor = () => actorOfSeed(plant.site);
const listOf = async (kind: string): Promise<string> => {
  const [row] = await plant.query<{ id: string }>(
    "select id from crosswalks where site_id = $1 and kind = $2",
    [plant.site, kind],
  );
  return row?.id ?? "";
};
const lineOf = async (code: string): Promise<string> => {
  const [row] = await plant.query<{ id: string }>(
    `select id from crosswalk_lines where site_id = $1 and from_code = $2 and left_in is null
      order by valid_from desc nulls last limit 1`,
    [plant.site, code],
  );
  return row?.id ?? "";
};
const map = async (from: string, to: string) => {
  const form = { ...line, command: uuidv7(), list: await listOf("defect_code"), from, to, reason };
  expect(await addLine(actor(), { ...form, kind: "defect_code" })).toMatchObject({ ok: true });
};
const change = async (from: string, to: string, since: "now" | "start") => {
  const of = { ...line, command: uuidv7(), line: await lineOf(from), from, to, since, reason };
  expect(await changeLine(actor(), { ...of, kind: "defect_code" })).toMatchObject({ ok: true });
};
const states = async () => (await plant.deliveries()).map(({ state }) => state);
const are =
  (...wanted: string[]) =>
  async () =>
    (await states()).join() === wanted.join();
const codes = () =>
  plant.query<{ kind: string; code: string; how: string; to_code: string; list_version: number }>(
    "select kind, code, how, to_code, list_version from delivery_codes where site_id = $1 order by kind, code",
    [plant.site],
  );
const sentCodes = async () => (await sandbox.ncrs()).map(({ fields }) => fields.defect_code);

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

describe("failure 18: an unmapped code", () => {
  test("parks its delivery by its name; once it is mapped those that wait for it go by themselves, and no others", async () => {
    await open();
    await plant.logDefect(uuidv7(), { code: "SEA-03" });
    await plant.logDefect(uuidv7(), { code: "SEA-03" });
    await plant.logDefect(uuidv7(), { code: "FOD-02" });
    await plant.logDefect();
    await until(ports, are("parked", "parked", "parked", "tracking"));
    const results = (await plant.deliveries()).map(({ last_result }) => last_result);
    expect(results.slice(0, 3)).toEqual([
      "not mapped: defect_code SEA-03",
      "not mapped: defect_code SEA-03",
      "not mapped: defect_code FOD-02",
    ]);
    expect((await sandbox.count()).ncrs).toBe(1);
    expect(await redriveMapped()).toBe(0);

    await map("SEA-03", "Q-3003");
    expect(await redriveMapped()).toBe(2);
    await until(ports, are("tracking", "tracking", "parked", "tracking"));
    expect((await sentCodes()).toSorted()).toEqual(["Q-2001", "Q-3003", "Q-3003"]);
    // Again and again: each is there once.
    expect(await redriveMapped()).toBe(0);
    const { by_external_key: keys } = await sandbox.count();
    expect(Object.values(keys)).toEqual([1, 1, 1]);
    expect((await codes()).filter(({ how }) => how === "missing")).toMatchObject([
      { kind: "defect_code", code: "FOD-02" },
    ]);
  });

  test("goes on when the company's list has it, whatever site that was mapped at, and the site's own line goes before", async () => {
    await open();
    const other = await aPlant(sandbox.url);
    const code = `ZZZ-${uuidv7().slice(-6)}`;
    const company: CrosswalkForm = {
      ...{ command: uuidv7(), scope: "company", kind: "defect_code", connector: "", reason },
      ...{ onMissing: "park", defaultCode: "" },
    };
    await plant.logDefect(uuidv7(), { code });
    await until(ports, are("parked"));
    const made = await createCrosswalk(actorOfSeed(other.site), company);
    // The company has one list for all systems; another test may have made it.
    const [list] = await plant.query<{ id: string }>(
      "select id from crosswalks where site_id is null and connector is null and kind = 'defect_code'",
    );
    expect(made.ok || made.error.code).toBe(made.ok ? true : "crosswalk_taken");
    const form = {
      ...line,
      command: uuidv7(),
      list: list?.id ?? "",
      from: code,
      to: "Q-9999",
      reason,
    };
    expect(await addLine(actorOfSeed(other.site), { ...form, kind: "defect_code" })).toMatchObject({
      ok: true,
    });
    expect(await redriveMapped()).toBe(1);
    await until(ports, are("tracking"));
    expect(await sentCodes()).toEqual(["Q-9999"]);
    // What the site itself says of the code goes before it.
    await map(code, "Q-1111");
    await plant.logDefect(uuidv7(), { code });
    await until(ports, are("tracking", "tracking"));
    expect((await sentCodes()).toSorted()).toEqual(["Q-1111", "Q-9999"]);
    await other.stop();
  });

  test("of a message that somebody asks to discard leaves it where it is until that is decided", async () => {
    await open();
    await plant.logDefect(uuidv7(), { code: "SEA-03" });
    await until(ports, are("parked"));
    const [delivery] = await plant.deliveries();
    const form = { delivery: delivery?.id ?? "", reason };
    expect(await askDiscard(actor(), { ...form, command: uuidv7() })).toMatchObject({ ok: true });
    await map("SEA-03", "Q-3003");
    expect(await redriveMapped()).toBe(0);
    const second = { ...actor(), id: uuidv7() };
    const kept = { ...form, command: uuidv7(), decision: "keep" as const };
    expect(await decideDiscard(second, kept)).toMatchObject({ ok: true });
    expect(await redriveMapped()).toBe(1);
    await until(ports, are("tracking"));
    expect(await codesOfMessage(actor(), form.delivery)).toMatchObject([
      { kind: "defect_code", code: "SEA-03", how: "mapped", to: "Q-3003", version: 2 },
      { kind: "gage", how: "mapped" },
      { kind: "person", how: "default" },
    ]);
  });

  test("whose list says so is dead at once, and waits for nothing", async () => {
    await open();
    const missing = { onMissing: "fail", defaultCode: "" } as const;
    const list = await listOf("defect_code");
    await changeCrosswalk(actor(), { command: uuidv7(), list, ...missing, reason });
    await plant.logDefect(uuidv7(), { code: "SEA-03" });
    await until(ports, are("dead"));
    await map("SEA-03", "Q-3003");
    expect(await redriveMapped()).toBe(0);
    const [delivery] = await plant.deliveries();
    await retryDelivery(actor(), delivery?.id ?? "");
    await until(ports, are("tracking"));
  });
});

describe("failure 19: a code that is called otherwise from now on", () => {
  test("is sent as it was when it happened, and the delivery names list and version", async () => {
    await open();
    await sandbox.behave({ mode: "503", scope: "read" });
    await plant.logDefect();
    await change("TRQ-01", "Q-2999", "now");
    await plant.logDefect();
    await sandbox.behave({ mode: "ok" });
    await until(ports, are("tracking", "tracking"));
    expect((await sentCodes()).toSorted()).toEqual(["Q-2001", "Q-2999"]);
    const list = await listOf("defect_code");
    expect(await codes()).toContainEqual({
      ...{ kind: "defect_code", code: "TRQ-01", how: "mapped" },
      ...{ to_code: "Q-2001", list_version: 2 },
    });
    // What was looked up can be looked up again: the line counted in that version and still tells its time.
    const [then] = await plant.query(
      `select to_code from crosswalk_lines where list_id = $1 and from_code = 'TRQ-01'
          and entered_in <= 2 and (left_in is null or left_in > 2) and valid_to is not null`,
      [list],
    );
    expect(then).toEqual({ to_code: "Q-2001" });
  });

  test("and one that was wrong is sent right, but not to a record that may be there already", async () => {
    await open({ settlingMs: 1_500 });
    await sandbox.behave({ mode: "commit-then-drop", scope: "create", remaining: 1 });
    await plant.logDefect();
    await until(ports, are("outcome_unknown"));
    await change("TRQ-01", "Q-2999", "start");
    await plant.logDefect();
    await until(ports, are("tracking", "tracking"));
    expect((await sentCodes()).toSorted()).toEqual(["Q-2001", "Q-2999"]);
  });
});

test("failure 26: a person whom the QMS doesn't know is sent as its integration user, flagged, with the name in words", async () => {
  await open();
  await plant.logDefect();
  await until(ports, are("tracking"));
  const [ncr] = await sandbox.ncrs();
  expect(ncr?.fields).toMatchObject({
    reported_by_user: "buyoff-integration",
    reported_by: "Marisol Reyes (E-2041)",
    gage_id: "CAL-TW-0209",
  });
  expect(await codes()).toMatchObject([
    { kind: "defect_code", how: "mapped" },
    { kind: "gage", how: "mapped", code: "TW-0209" },
    { kind: "person", how: "default", code: "E-2041" },
  ]);
});

describe("failure 20: a text longer than its field", () => {
  const long = `${"Überlänge 👩‍🔧 at bolt 3. ".repeat(12)}The end.`;
  const limit = { field: "description", max: 40, count: "utf16" as const };

  test("is there as a beginning of whole characters, and all of it beside the record, with its hash", async () => {
    await open({
      fields: [{ ...limit, overflow: { to: "attachment", name: "description.txt" } }],
    });
    await plant.logDefect(uuidv7(), { comment: await plant.say(long) });
    await until(ports, are("tracking"));
    const [ncr] = await sandbox.ncrs();
    const kept = ncr?.fields.description ?? "";
    expect(kept.length).toBeLessThanOrEqual(40);
    expect(long.startsWith(kept.slice(0, -1))).toBe(true);
    expect(kept.isWellFormed()).toBe(true);
    expect(ncr?.attachments).toMatchObject([
      { sha256: sha256Hex(long), size: Buffer.byteLength(long) },
    ]);
  });

  test("without an overflow is refused by the field's name: nothing is sent", async () => {
    await open({ fields: [{ ...limit, overflow: null }] });
    await plant.logDefect(uuidv7(), { comment: await plant.say(long) });
    await until(ports, are("parked"));
    const [delivery] = await plant.deliveries();
    expect(delivery?.last_result).toMatch(/description: \d+ long, the target takes 40/);
    expect((await sandbox.count()).ncrs).toBe(0);
  });

  test("whose attachment is refused leaves the record standing, and says so", async () => {
    await open({
      fields: [{ ...limit, overflow: { to: "attachment", name: "description.txt" } }],
    });
    await sandbox.behave({ mode: "reject", scope: "attachment", reason: "no text files" });
    await plant.logDefect(uuidv7(), { comment: await plant.say(long) });
    await until(ports, are("parked"));
    const [delivery] = await plant.deliveries();
    expect(delivery).toMatchObject({ last_result: expect.stringContaining("no text files") });
    await sandbox.behave({ mode: "ok" });
    await retryDelivery(actor(), delivery?.id ?? "");
    await until(ports, are("tracking"));
    expect((await sandbox.count()).ncrs).toBe(1);
    expect((await sandbox.ncrs())[0]?.attachments).toHaveLength(1);
  });
});

test("failure 23: a torque is sent in the target's unit, and a lost decimal point is found by reading back", async () => {
  const config = qmsSandboxConfig(sandbox.url);
  const torque = '$convert(actual).value & " " & $convert(actual).unit';
  const verify = {
    expected: `{ "actual": ${torque} }`,
    actual: '{ "actual": fields.actual }',
  };
  const body = config.create.body.replace('"actual": actual', `"actual": ${torque}`);
  await open({ create: { ...config.create, body }, verify });
  await plant.logDefect();
  await until(ports, are("parked"));
  expect((await plant.deliveries())[0]?.last_result).toBe("not mapped: unit N·m");
  const list = uuidv7();
  const missing = { onMissing: "park", defaultCode: "" } as const;
  const scope = { scope: "site", kind: "unit", connector: "qms" } as const;
  await createCrosswalk(actor(), { command: list, ...scope, ...missing, reason });
  const inLbf = { ...line, from: "N·m", to: "lbf.in", factor: "8.850745791", places: "1" };
  await addLine(actor(), { ...inLbf, command: uuidv7(), list, kind: "unit", reason });
  await redriveMapped();
  await until(ports, are("tracking"));
  expect((await sandbox.ncrs())[0]?.fields.actual).toBe("240.7 lbf.in");

  // A user's settings that read 240.7 as 2407, as some targets do: the record says otherwise than was sent.
  const misread = '{ "actual": $replace(fields.actual, ".", "", 1) }';
  await plant.query(
    "update connectors set config = jsonb_set(config::jsonb, '{verify,actual}', to_jsonb($2::text)) where id = $1",
    [plant.connector, misread],
  );
  await plant.logDefect();
  await until(ports, are("tracking", "parked"));
  expect((await plant.deliveries())[1]?.last_result).toContain("differs in the QMS: actual");
});

test("the coverage names what would be stopped before anything is sent", async () => {
  await open();
  const found = async (kind: string, code: string) =>
    (await coverageOf(actor())).rows.find((row) => row.kind === kind && row.code === code)?.cells;
  expect((await coverageOf(actor())).connectors).toMatchObject([
    { code: "qms", kinds: ["defect_code", "gage", "person"] },
  ]);
  await plant.query(
    `insert into connectors (id, site_id, code, name, config, status)
     select gen_random_uuid(), site_id, 'second', 'Second register', config, 'paused' from connectors where id = $1`,
    [plant.connector],
  );
  // Nothing goes where no rule leads: what it lacks stops no message.
  expect(await coverageOf(actor())).toMatchObject({
    connectors: [{ code: "qms" }],
    unled: ["Second register"],
  });
  expect(await found("defect_code", "TRQ-01")).toEqual({ qms: { how: "mapped", to: "Q-2001" } });
  // No system asks for it: nothing of it can be stopped.
  expect(await found("cause_code", "NCR")).toEqual({});
  const end = { command: uuidv7(), line: await lineOf("TRQ-01"), validTo: "", reason };
  expect(await endLine(actor(), end)).toMatchObject({ ok: true });
  expect(await found("defect_code", "TRQ-01")).toEqual({ qms: { how: "missing", to: null } });
  await map("TRQ-01", "Q-2002");
  expect(await found("defect_code", "TRQ-01")).toEqual({ qms: { how: "mapped", to: "Q-2002" } });
});

test("the coverage takes a word of theirs only while its line holds, and a rule that has its day already leads somewhere", async () => {
  const { record } = qmsSandboxConfig(sandbox.url);
  const asked = record.replace(
    '"decision": decision',
    '"decision": $code("disposition", decision)',
  );
  plant = await aPlant(sandbox.url, { record: asked }, undefined, [
    ["disposition", "Repair per MRB", "repair"],
  ]);
  const cells = async () =>
    (await coverageOf(actor())).rows.find(({ code }) => code === "repair")?.cells;
  expect(await cells()).toEqual({ qms: { how: "mapped", to: "Repair per MRB" } });
  const end = { command: uuidv7(), line: await lineOf("Repair per MRB"), validTo: "", reason };
  expect(await endLine(actor(), end)).toMatchObject({ ok: true });
  expect(await cells()).toEqual({ qms: { how: "missing", to: null } });

  await plant.query(
    `insert into connectors (id, site_id, code, name, config, status)
     select gen_random_uuid(), site_id, 'second', 'Second register', config, 'paused' from connectors where id = $1`,
    [plant.connector],
  );
  expect((await coverageOf(actor())).unled).toEqual(["Second register"]);
  const content = defaultRules["capa-from-repeats"]?.content("second");
  const text = canonicalJson(content as unknown as Canonical);
  const rule = uuidv7();
  await plant.query(
    "insert into routing_rules (id, site_id, code, created_at) values ($1, $2, 'capa-from-repeats', now())",
    [rule, plant.site],
  );
  await plant.query(
    `insert into routing_rule_versions (rule_id, version, site_id, content, content_sha256, changed_at,
       approved_at, effective_from) values ($1, 1, $2, $3, $4, now(), now(), now() + interval '3 days')`,
    [rule, plant.site, text, sha256Hex(text)],
  );
  expect((await coverageOf(actor())).unled).toEqual([]);
});

describe("a list's file", () => {
  const linesIn = async (list: string) => {
    const lists = await crosswalksAtSite(actor());
    const lines = lists.find(({ id }) => id === list)?.lines ?? [];
    return lines.map(({ id: _, enteredAt: __, enteredBy: ___, ...said }) => said);
  };
  const begin = async (kind: "defect_code" | "order", connector: string) => {
    const command = uuidv7();
    const missing = { onMissing: "park", defaultCode: "" } as const;
    const form = { ...missing, command, scope: "site", kind, connector, reason } as const;
    expect(await createCrosswalk(actor(), form)).toMatchObject({ ok: true });
    return command;
  };

  test("read in again, it adds nothing to its own list and makes another the same, to the moment", async () => {
    await open();
    await map("SEA-03", 'Q;"3", first');
    await change("TRQ-01", "Q-2999", "now");
    const end = { command: uuidv7(), line: await lineOf("SEA-03"), validTo: "2031-03-04", reason };
    expect(await endLine(actor(), end)).toMatchObject({ ok: true });
    const list = await listOf("defect_code");
    const lines = await linesIn(list);
    const [site] = await plant.query<{ zone: string }>(
      "select time_zone as zone from sites where id = $1",
      [plant.site],
    );
    const text = csvOf(crosswalkColumns("defect_code"), lines, site?.zone ?? "");
    expect(text).toContain(`SEA-03,"Q;""3"", first",,,2031-03-04\r\n`);
    const file = { text, command: uuidv7(), reason };
    expect(await previewCrosswalk(actor(), { list, text })).toMatchObject({
      error: { code: "nothing_changed" },
    });
    const other = await begin("defect_code", "");
    expect(await importCrosswalk(actor(), { ...file, list: other })).toMatchObject({
      value: { added: 3 },
    });
    expect(await linesIn(other)).toEqual(lines);

    // Lines that somebody wrote below it are what enters, and a line that says otherwise is named.
    const more = `${text}SEA-04,Q-3004,,,\r\n`;
    expect(await importCrosswalk(actor(), { ...file, list, text: more })).toMatchObject({
      value: { added: 1 },
    });
    const otherwise = more.replace("Q-3004", "Q-3005");
    expect(await previewCrosswalk(actor(), { list, text: otherwise })).toMatchObject({
      value: { rows: [{ line: 5, problems: [{ column: "from", code: "known_already" }] }] },
    });
  });

  test("of two columns is enough, and the first line shows what separates them", async () => {
    await open();
    const list = await begin("defect_code", "");
    const text = "código;su código;nombre\r\nTRQ-09;Q-2009;Alto, fuera de límite\r\n";
    const file = { list, command: uuidv7(), reason };
    expect(await importCrosswalk(actor(), { ...file, text })).toMatchObject({
      value: { added: 1 },
    });
    const plain = { ...file, command: uuidv7(), text: "from,to\nTRQ-10,Q;2010\n" };
    expect(await importCrosswalk(actor(), plain)).toMatchObject({ value: { added: 1 } });
    expect(await linesIn(list)).toMatchObject([
      { from: "TRQ-09", to: "Q-2009", label: "Alto, fuera de límite", validFrom: null },
      { from: "TRQ-10", to: "Q;2010", label: null, validFrom: null },
    ]);
    const lost = "from,to,label\nTRQ-11,Q-2011,Fuera\nTRQ-12,Q-2012,Se\uFFFDal\n";
    expect(await previewCrosswalk(actor(), { list, text: lost })).toMatchObject({
      error: { code: "file_letters_lost", params: { line: "3" } },
    });
  });

  test("of an ERP's thousands is looked at with what is wrong first, and enters as one version", async () => {
    await open();
    const list = await begin("defect_code", "");
    const rows = Array.from({ length: 5_000 }, (_, n) => `SEA-${n},Q-${n},Sealing number ${n}`);
    const text = ["from,to,label", ...rows].join("\n");
    const wrong = await previewCrosswalk(actor(), { list, text: `${text}\nSEA-9,Q-9,again\n` });
    expect(wrong).toMatchObject({ value: { count: 5_001, wrong: 1 } });
    const shown = wrong.ok ? wrong.value.rows.map(({ line: at }) => at) : [];
    expect([shown.length, ...shown.slice(0, 3)]).toEqual([200, 5_002, 2, 3]);
    const file = { list, text, command: uuidv7(), reason };
    expect(await importCrosswalk(actor(), file)).toMatchObject({ value: { added: 5_000 } });
    expect(await linesIn(list)).toHaveLength(5_000);
    expect(await previewCrosswalk(actor(), { list, text })).toMatchObject({
      error: { code: "nothing_changed" },
    });
  });

  test("says row by row what is wrong with it, and nothing of it enters", async () => {
    await open();
    const list = await begin("order", "");
    const rows = [
      "from,to,label,validFrom,validTo",
      "WO-{n#6},{n#12},Work orders,,",
      "{a#}{b#2},{a}{b},,,",
      "4711,X,,2026-02-30,",
      "4712,X,,,",
      "004712,Y,,,",
    ];
    const text = rows.join("\n");
    const found = await previewCrosswalk(actor(), { list, text });
    expect(found.ok && found.value.rows.map(({ problems }) => problems)).toEqual([
      [],
      [{ column: "from", code: "pattern_ambiguous" }],
      [{ column: "validFrom", code: "day_needed" }],
      [],
      [{ column: "from", code: "twice_in_file" }],
    ]);
    expect(await importCrosswalk(actor(), { list, text, command: uuidv7(), reason })).toMatchObject(
      {
        error: { code: "file_has_errors", params: { rows: "3" } },
      },
    );
    expect(await linesIn(list)).toEqual([]);
  });
});

describe("a list", () => {
  test("stands on the record with every change: who, before, after, why", async () => {
    await open();
    await map("SEA-03", "Q-3003");
    await change("SEA-03", "Q-3004", "now");
    const end = { command: uuidv7(), line: await lineOf("SEA-03"), validTo: "", reason };
    expect(await endLine(actor(), end)).toMatchObject({ ok: true });
    const entries = await plant.query<{ type: string; body: Record<string, unknown> }>(
      `select type, line::jsonb->'body' as body from entries
        where site_id = $1 and type like 'crosswalk.%' order by seq`,
      [plant.site],
    );
    expect(entries).toMatchObject([
      {
        type: "crosswalk.line_added",
        body: { version: 2, code: "SEA-03", after: { to: "Q-3003" } },
      },
      {
        type: "crosswalk.line_changed",
        body: { version: 3, changes: { to: { before: "Q-3003", after: "Q-3004" } } },
      },
      { type: "crosswalk.line_ended", body: { version: 4, reason: sha256Hex(reason) } },
    ]);
  });

  test("has one line of a code at a time, ends none in the past, and takes a code up where it ended", async () => {
    await open();
    const list = await listOf("defect_code");
    const twice = { ...line, command: uuidv7(), list, from: "TRQ-01", to: "X", reason };
    expect(await addLine(actor(), { ...twice, kind: "defect_code" })).toMatchObject({
      error: { code: "crosswalk_code_taken", params: { code: "TRQ-01" } },
    });
    const end = { command: uuidv7(), line: await lineOf("TRQ-01"), reason };
    expect(await endLine(actor(), { ...end, validTo: "2026-01-01" })).toMatchObject({
      error: { code: "crosswalk_end_past" },
    });
    expect(await endLine(actor(), { ...end, validTo: "" })).toMatchObject({ ok: true });
    await plant.logDefect();
    await until(ports, are("parked"));
    await map("TRQ-01", "Q-2002");
    expect(await redriveMapped()).toBe(1);
    await until(ports, are("tracking"));
    expect(await sentCodes()).toEqual(["Q-2002"]);
  });

  test("comes from a file as a whole or not at all", async () => {
    await open();
    const row = { ...line, kind: "defect_code" as const };
    const file = {
      list: await listOf("defect_code"),
      command: uuidv7(),
      fileSha256: "0".repeat(64),
      reason,
    };
    const rows = [
      { ...row, from: "SEA-01", to: "Q-3001" },
      { ...row, from: "TRQ-01", to: "Q-2001" },
    ];
    expect(await importLines(actor(), file, rows)).toMatchObject({ ok: false });
    expect(await lineOf("SEA-01")).toBe("");
    expect(await importLines(actor(), file, rows.slice(0, 1))).toMatchObject({
      value: { added: 1 },
    });
  });

  test("is not rewritten, whoever tries: not a line, not its version, not a second line of one time", async () => {
    await open();
    const id = await lineOf("TRQ-01");
    const insert = `insert into crosswalk_lines (id, list_id, site_id, from_code, canonical, to_code,
        entered_in, entered_at)
      select gen_random_uuid(), list_id, site_id, from_code, canonical, 'X', 2, now()
        from crosswalk_lines where id = $1`;
    const tries = [
      ["update crosswalk_lines set to_code = 'X' where id = $1", id],
      ["delete from crosswalk_lines where id = $1", id],
      ["update crosswalks set version = 1 where site_id = $1", plant.site],
      [insert, id],
    ] as const;
    for (const [sql, of] of tries)
      await expect(plant.query(sql, [of])).rejects.toMatchObject({ code: "BY000" });
  });
});

test("failure 18: a connector whose mapping would drop codes in silence is not saved", async () => {
  await open();
  const config = qmsSandboxConfig(sandbox.url);
  const body = '{ "defect_code": $lookup({"TRQ-01": "Q"}, defect.code) }';
  const dropping = { ...config, create: { ...config.create, body } };
  const input = {
    code: "dropping",
    name: "QMS",
    config: dropping,
    secret: "s",
    webhookSecret: null,
  };
  await expect(saveConnector(actor(), input)).rejects.toThrow(ConnectorRefused);
  await expect(saveConnector(actor(), input)).rejects.toThrow(/create.body: \$lookup drops/);
});
