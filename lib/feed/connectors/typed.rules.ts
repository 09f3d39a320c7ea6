import {
  type ConnectorField,
  type ConnectorKind,
  type FieldShape,
  fieldsOf,
  isAsked,
  isLeftOut,
  isPartAbsent,
  parts,
  type Typed,
} from "./fields.rules.ts";
import { expressionProblem } from "./rest/compile.rules.ts";
import { expressionProblems as mappingFaults } from "./rest/expressions.rules.ts";
import type { Budget } from "./rest/mapping.rules.ts";
import { type ConnectorConfig, connectorConfig, keepsRecords } from "./schema.ts";

/** What is wrong with a field: `code` is a key of the words, `params` what they name. */
export type FieldProblem = { key: string; code: string; params: Readonly<Record<string, string>> };

export type ReadConfig =
  | { ok: true; config: ConnectorConfig }
  | { ok: false; problems: readonly FieldProblem[] };

/**
 * A configuration out of what was typed, by the connector's own schema; every expression compiles, and a path
 * that names no message gives text. What is not right is said of the field that it stands in.
 */
export async function readTyped(
  kind: ConnectorKind,
  typed: Typed,
  budget: Budget,
): Promise<ReadConfig> {
  const problems: FieldProblem[] = [];
  const made: Record<string, unknown> = {
    kind,
    v: 1,
    process: kind === "rest" ? "NCR" : "EVENTS",
    allow: [],
    ...(kind === "rest" ? { results: [] } : {}),
  };
  for (const field of fieldsOf(kind)) {
    if (isLeftOut(field, typed)) continue;
    if (!isAsked(field, typed)) {
      // What is not asked is not there; a member of a part that is not there itself has no place.
      if (field.empty === "null" && !field.key.includes("-")) put(made, field.key, null);
      continue;
    }
    const read = readField(field, (typed[field.key] ?? "").trim());
    if (!read.ok) problems.push(problem(field.key, read.code));
    else if (read.value !== undefined) put(made, field.key, read.value);
  }
  for (const part of parts)
    if (part.absent === "null" && kind === "rest" && isPartAbsent(part, typed))
      put(made, part.key, null);
  const parsed = connectorConfig.safeParse(made);
  if (!parsed.success) problems.push(...schemaProblems(kind, parsed.error.issues, problems));
  problems.push(...(await expressionProblems(kind, typed, budget, problems)));
  if (parsed.success && problems.length === 0) problems.push(...mappingProblems(parsed.data));
  return parsed.success && problems.length === 0
    ? { ok: true, config: parsed.data }
    : { ok: false, problems };
}

/** The same the other way: what a form shows of a configuration. */
export function typedOf(config: ConnectorConfig): Record<string, string> {
  return Object.fromEntries(
    fieldsOf(config.kind).map(({ key, shape }) => [key, writtenOf(shape, at(config, key))]),
  );
}

const problem = (
  key: string,
  code: string,
  params: Readonly<Record<string, string>> = {},
): FieldProblem => ({ key, code, params });

type Read = { ok: true; value: unknown } | { ok: false; code: string };
const value = (of: unknown): Read => ({ ok: true, value: of });
const wrong = (code: string): Read => ({ ok: false, code });

function readField({ shape, empty }: ConnectorField, text: string): Read {
  if (shape === "presence") return value(text === "yes" ? {} : null);
  if (text === "") {
    if (empty === undefined) return wrong("needed");
    return value(empty === "null" ? null : undefined);
  }
  switch (shape) {
    case "integer":
    case "fraction":
      return numberOf(text, 1);
    case "seconds":
      return numberOf(text, 1000);
    case "megabytes":
      return numberOf(text, 1_000_000);
    case "truth":
      return value(text === "yes");
    case "hosts":
      return value(text.split(/[\s,;]+/).filter((host) => host !== ""));
    case "brokers":
      return brokersOf(text);
    case "rules":
    case "json":
      return jsonOf(text);
    default:
      return value(text);
  }
}

function numberOf(text: string, times: number): Read {
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text)) return wrong("number_needed");
  // What is typed has at most six digits behind the point: rounding only undoes the binary fraction.
  const many = Number(text) * times;
  return value(times === 1 ? many : Math.round(many));
}

function brokersOf(text: string): Read {
  const read = text
    .split(/[\s,;]+/)
    .filter((one) => one !== "")
    .map((one) => /^(\[[0-9a-fA-F:.]+\]|[^:]+):(\d{1,5})$/.exec(one));
  if (read.some((one) => one === null)) return wrong("brokers_needed");
  return value(
    read.map((one) => ({ host: (one?.[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(one?.[2]) })),
  );
}

function jsonOf(text: string): Read {
  try {
    return value(JSON.parse(text));
  } catch {
    return wrong("json_needed");
  }
}

function writtenOf(shape: FieldShape, of: unknown): string {
  if (shape === "presence") return of === null || of === undefined ? "no" : "yes";
  if (of === null || of === undefined) return "";
  switch (shape) {
    case "seconds":
      return String(Number(of) / 1000);
    case "megabytes":
      return String(Number(of) / 1_000_000);
    case "truth":
      return of === true ? "yes" : "no";
    case "hosts":
      return (of as string[]).join(", ");
    case "brokers":
      return (of as { host: string; port: number }[])
        .map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`)
        .join(", ");
    case "rules":
    case "json":
      return (of as unknown[]).length === 0 ? "" : JSON.stringify(of, null, 2);
    default:
      return String(of);
  }
}

function put(into: Record<string, unknown>, key: string, of: unknown): void {
  const members = key.split("-");
  const last = members.pop() ?? key;
  let holder = into;
  for (const member of members) {
    const inner = holder[member];
    const next = typeof inner === "object" && inner !== null ? inner : {};
    holder[member] = next;
    holder = next as Record<string, unknown>;
  }
  holder[last] = of;
}

const at = (config: unknown, key: string): unknown =>
  key
    .split("-")
    .reduce<unknown>(
      (of, member) =>
        typeof of === "object" && of !== null ? (of as Record<string, unknown>)[member] : undefined,
      config,
    );

type Issue = {
  code?: string | undefined;
  path: PropertyKey[];
  minimum?: unknown;
  maximum?: unknown;
};

/** What the schema finds, said of the field that the place belongs to, once for each. */
function schemaProblems(
  kind: ConnectorKind,
  issues: readonly Issue[],
  said: readonly FieldProblem[],
): FieldProblem[] {
  const known = new Set(said.map(({ key }) => key));
  const found: FieldProblem[] = [];
  for (const issue of issues) {
    const place = issue.path.map(String).join("-");
    const field = fieldsOf(kind).find(({ key }) => place === key || place.startsWith(`${key}-`));
    const key = field?.key ?? place;
    // Of a part whose members are missing one by one, that has been said of them.
    if (known.has(key) || [...known].some((one) => one.startsWith(`${place}-`))) continue;
    known.add(key);
    found.push(field ? ofIssue(field, issue) : problem(key, "not_right"));
  }
  return found;
}

function ofIssue({ key, shape }: ConnectorField, issue: Issue): FieldProblem {
  const shown = (bound: unknown) =>
    typeof bound === "number" ? writtenOf(shape, bound) : String(bound);
  const isNumber = ["integer", "fraction", "seconds", "megabytes"].includes(shape);
  if (shape === "json" || shape === "rules") return problem(key, "not_right");
  if (issue.code === "too_small" && isNumber)
    return problem(key, "too_small", { least: shown(issue.minimum) });
  if (issue.code === "too_big" && isNumber)
    return problem(key, "too_big", { most: shown(issue.maximum) });
  if (issue.code === "too_big") return problem(key, "too_long");
  if (issue.code === "too_small") return problem(key, "needed");
  return problem(key, shape === "integer" ? "whole_number_needed" : "not_right");
}

async function expressionProblems(
  kind: ConnectorKind,
  typed: Typed,
  budget: Budget,
  said: readonly FieldProblem[],
): Promise<FieldProblem[]> {
  const found: FieldProblem[] = [];
  for (const field of fieldsOf(kind)) {
    const source = (typed[field.key] ?? "").trim();
    if (source === "" || isLeftOut(field, typed) || !isAsked(field, typed)) continue;
    if (said.some(({ key }) => key === field.key)) continue;
    if (field.shape === "expression" || field.shape === "path") {
      const isPath = field.key.endsWith("-path");
      const wrongly = await expressionProblem(
        source,
        field.shape === "path" ? "text" : isPath ? "path" : "any",
        budget,
      );
      if (wrongly) found.push({ key: field.key, ...wrongly });
    }
    if (field.shape === "rules") found.push(...(await ruleProblems(field.key, source, budget)));
  }
  return found;
}

/** What compiles and would still lose something: a code that is dropped, or one of no kind. */
function mappingProblems(config: ConnectorConfig): FieldProblem[] {
  if (!keepsRecords(config)) return [];
  return mappingFaults(config).map((fault) => {
    const [place = "", ...words] = fault.split(": ");
    const list = ["results", "links"].find((of) => place.startsWith(`${of}.`));
    const said = words.join(": ");
    return problem(list ?? place.replaceAll(".", "-"), mappingFaultCode(said));
  });
}

/** Of an expression inside a list only its own list's field can say that it doesn't compile. */
const mappingFaultCode = (said: string): string =>
  said.startsWith("$lookup")
    ? "lookup_drops"
    : said.includes("$code") || said.startsWith("no kind of code") || said.startsWith("the kind of")
      ? "code_kind_needed"
      : "not_right";

async function ruleProblems(key: string, source: string, budget: Budget): Promise<FieldProblem[]> {
  const read = jsonOf(source);
  if (!read.ok || !Array.isArray(read.value)) return [];
  for (const rule of read.value as { when?: unknown }[]) {
    const wrongly =
      typeof rule?.when === "string" ? await expressionProblem(rule.when, "any", budget) : null;
    if (wrongly) return [{ key, ...wrongly }];
  }
  return [];
}
