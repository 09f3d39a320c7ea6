import jsonata from "jsonata";
import * as z from "zod/mini";
import { type CloudEvent, dataOf, type EventName } from "#lib/catalogue/data.schema";
import { envelope } from "#lib/catalogue/envelope.schema";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { type Instant, instant, millis } from "#lib/kit/time";
import { opens } from "./documents.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";
import { type RuleContent, type RuleState, windowPattern } from "./rules.schema.ts";

/** A version of a rule as far as its standing goes. Its state is never stored: it follows from what was done. */
export type RuleVersion = {
  version: number;
  contentSha256: string;
  /** A dry run is kept for exactly this content. */
  isTested: boolean;
  approvedAt: Instant | null;
  effectiveFrom: Instant | null;
  retiredAt: Instant | null;
};

/** In force from the beginning: what came with the product decides on entries older than itself. */
export const fromTheBeginning: Instant = "2000-01-01T00:00:00.000Z";

/** Those that decide now or have their day already: no two paths may come of them. */
export const standing = <V extends RuleVersion>(versions: readonly V[], now: Instant): V[] =>
  versions.filter((of) => ["approved", "effective"].includes(stateAt(of, versions, now)));

/** The one version in force at an instant: of those that had become effective, the last, unless it is retired. */
export function inForceAt<V extends RuleVersion>(versions: readonly V[], at: Instant): V | null {
  const begun = versions.filter(
    ({ effectiveFrom, retiredAt }) =>
      effectiveFrom !== null &&
      effectiveFrom <= at &&
      // Taken back before its day, it never took the place of the one before it.
      (retiredAt === null || effectiveFrom < retiredAt),
  );
  const last = begun.reduce<V | null>(
    (latest, one) =>
      latest === null ||
      [one.effectiveFrom ?? "", one.version] > [latest.effectiveFrom ?? "", latest.version]
        ? one
        : latest,
    null,
  );
  return last?.retiredAt && last.retiredAt <= at ? null : last;
}

export function stateAt<V extends RuleVersion>(
  of: V,
  versions: readonly V[],
  at: Instant,
): RuleState {
  if (of.retiredAt && of.retiredAt <= at) return "retired";
  if (of.approvedAt === null) return of.isTested ? "tested" : "draft";
  if ((of.effectiveFrom ?? "") > at) return "approved";
  return inForceAt(versions, at)?.version === of.version ? "effective" : "retired";
}

export const contentSha256 = (content: RuleContent): string =>
  canonicalSha256(content as unknown as Canonical);

/** What the signature under an approval covers: exactly this rule, version and content, tried so. */
export const approvalSha256 = (of: {
  site: string;
  rule: string;
  version: number;
  contentSha256: string;
  dryRunSha256: string;
  /** The plant's day from whose beginning it decides; empty: at once. */
  effectiveOn: string;
  meaning: string;
}): string => canonicalSha256(of);

/** When the time of a key's record is over; null: when its record is closed. */
export function windowEnd(window: string, openedAt: Instant): Instant | null {
  if (window === "until-closed") return null;
  const [, days = "0", hours = "0", minutes = "0"] = windowPattern.exec(window) ?? [];
  const of = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes);
  return instant(millis(openedAt) + of * 60_000);
}

export type RuleProblem = {
  code:
    | "rule_on_nothing"
    | "rule_event_makes_no_document"
    | "rule_path_unknown"
    | "rule_expression_wrong"
    | "rule_key_empty"
    | "rule_connector_unknown"
    | "rule_connector_unchosen"
    | "rule_connector_wrong_process"
    | "rule_second_path"
    | "rule_hold_reason_unknown";
  params: Readonly<Record<string, string>>;
};

/** What of the site a rule is checked against. */
export type RuleWorld = {
  /** `processes`: null, where a connector takes whatever is mapped for it. */
  connectors: readonly { code: string; processes: readonly FeedProcess[] | null }[];
  /** Rules that are approved and not over, but for this one's own versions. */
  others: readonly { code: string; process: FeedProcess; connector: string }[];
  holdReasons: readonly string[];
};

/** Everything that is wrong with a rule before it may be approved. */
export function problemsOf(content: RuleContent, world: RuleWorld): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const wrong = (code: RuleProblem["code"], params: Record<string, string> = {}) =>
    problems.push({ code, params });
  const { process } = content;
  if (content.on.length === 0) wrong("rule_on_nothing");
  if (process !== "EVENTS") {
    for (const event of content.on) {
      if (!opens[process].includes(event))
        wrong("rule_event_makes_no_document", { event, process });
    }
    if (content.correlate.key.length === 0) wrong("rule_key_empty");
  }
  const expressions = [
    content.when,
    ...(process === "EVENTS" ? [] : content.correlate.key.map(({ from }) => from)),
  ];
  for (const expression of expressions) {
    for (const event of content.on) problems.push(...problemsIn(expression, event));
  }
  const connector = world.connectors.find(({ code }) => code === content.connector);
  if (content.connector === "") wrong("rule_connector_unchosen");
  else if (!connector) wrong("rule_connector_unknown", { connector: content.connector });
  else if (connector.processes && !connector.processes.includes(process))
    wrong("rule_connector_wrong_process", { connector: content.connector, process });
  const second = world.others.find(
    (other) => other.process === process && other.connector !== content.connector,
  );
  if (process !== "EVENTS" && second)
    wrong("rule_second_path", { process, rule: second.code, connector: second.connector });
  for (const { reason } of content.effects) {
    if (!world.holdReasons.includes(reason)) wrong("rule_hold_reason_unknown", { reason });
  }
  const told = problems.map((problem) => JSON.stringify(problem));
  return problems.filter((_, at) => told.indexOf(told[at] ?? "") === at);
}

function problemsIn(expression: string, event: EventName): RuleProblem[] {
  try {
    return unknownPaths(expression, event).map((path) => ({
      code: "rule_path_unknown" as const,
      params: { path, event },
    }));
  } catch (problem) {
    const said =
      typeof problem === "object" && problem !== null && "message" in problem
        ? String(problem.message)
        : String(problem);
    return [{ code: "rule_expression_wrong", params: { expression, problem: said } }];
  }
}

type Schema = Readonly<Record<string, unknown>>;
type Node = Readonly<Record<string, unknown>>;

const schemas = new Map<
  EventName,
  { schema: Schema; definitions: Readonly<Record<string, Schema>> }
>();

/** The schema of a whole event: its envelope around its data. */
function schemaOf(event: EventName) {
  const known = schemas.get(event);
  if (known) return known;
  const whole = z.object({ ...envelope.shape, data: dataOf(event) });
  const schema = z.toJSONSchema(whole, { io: "input", reused: "inline" }) as Schema;
  const made = { schema, definitions: (schema.$defs ?? {}) as Record<string, Schema> };
  schemas.set(event, made);
  return made;
}

/** The event that `$origin` is, for an event that may itself be one that only changes what was logged. */
const originOf = (event: EventName): EventName =>
  event === "defect.amended" || event === "rework.started" ? "defect.logged" : event;

/**
 * Paths of a JSONata expression that the event's schema does not have. JSONata itself takes them for nothing
 * and says so to nobody, so that a misspelled condition would be "no" for ever.
 */
export function unknownPaths(expression: string, event: EventName): string[] {
  const found: string[] = [];
  const ast = jsonata(expression).ast() as unknown as Node;
  walk(ast, { here: schemaOf(event).schema, event, found });
  return [...new Set(found)];
}

type Place = { here: Schema | null; event: EventName; found: string[] };

function walk(node: unknown, place: Place): void {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const one of node) walk(one, place);
    return;
  }
  const of = node as Node;
  if (of.type === "path") {
    walkPath(of, place);
    return;
  }
  if (of.type === "name") {
    step(place.here, String(of.value), [], place);
    return;
  }
  // What a function of one's own is called with isn't known here.
  const here = of.type === "lambda" ? null : place.here;
  for (const [member, inner] of Object.entries(of)) {
    if (member !== "position") walk(inner, { ...place, here });
  }
}

function walkPath(of: Node, place: Place): void {
  let here = place.here;
  const said: string[] = [];
  for (const one of (of.steps ?? []) as Node[]) {
    if (one.type === "name") {
      here = step(here, String(one.value), said, place);
      said.push(String(one.value));
    } else if (one.type === "variable") {
      here = variable(String(one.value), place);
      said.push(`$${one.value}`);
    } else {
      walk(one, { ...place, here });
      here = null;
    }
    for (const stage of [...((one.stages ?? []) as Node[]), ...((one.predicate ?? []) as Node[])]) {
      walk(stage.expr ?? stage, { ...place, here });
    }
  }
}

function variable(name: string, place: Place): Schema | null {
  if (name === "") return place.here;
  if (name === "$") return schemaOf(place.event).schema;
  if (name === "origin") return schemaOf(originOf(place.event)).schema;
  return null;
}

function step(
  here: Schema | null,
  name: string,
  before: readonly string[],
  place: Place,
): Schema | null {
  if (here === null) return null;
  const schema = unwrapped(here, place.event);
  const branches = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (branches) {
    const found = branches.map((branch) => memberOf(unwrapped(branch, place.event), name));
    const known = found.find((one) => one !== undefined);
    if (known === undefined) place.found.push([...before, name].join("."));
    return known ?? null;
  }
  const member = memberOf(schema, name);
  if (member === undefined) place.found.push([...before, name].join("."));
  return member ?? null;
}

/** Undefined: it isn't there. Null: whatever it is, nobody has said. */
function memberOf(schema: Schema, name: string): Schema | null | undefined {
  const properties = schema.properties as Readonly<Record<string, Schema>> | undefined;
  if (!properties)
    return schema.type === "object" || Object.keys(schema).length === 0 ? null : undefined;
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** A path goes through lists by itself. */
function unwrapped(schema: Schema, event: EventName): Schema {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return unwrapped(schemaOf(event).definitions[name] ?? {}, event);
  }
  return schema.type === "array" && schema.items
    ? unwrapped(schema.items as Schema, event)
    : schema;
}

/** The members of two contents that differ, as text beside text. */
export function contentChanges(
  before: RuleContent | null,
  after: RuleContent,
): { member: string; before: string; after: string }[] {
  const told = (content: RuleContent | null) => (content ? membersOf(content) : {});
  const [old, now] = [told(before), told(after)];
  return Object.keys({ ...old, ...now })
    .filter((member) => old[member] !== now[member])
    .map((member) => ({ member, before: old[member] ?? "", after: now[member] ?? "" }));
}

/** Every member of a content in one line of text. */
export function membersOf(content: RuleContent): Record<string, string> {
  const { correlate, scope, gate, attachments, discloses } = content;
  return {
    title: content.title,
    process: content.process,
    connector: content.connector,
    on: content.on.join(", "),
    follow: content.follow.join(", "),
    parts: scope.parts.join(", "),
    workCenters: scope.workCenters.join(", "),
    when: content.when,
    key: correlate.key
      .map(({ name, from, mayBeEmpty }) => `${name}${mayBeEmpty ? "?" : ""}: ${from}`)
      .join("\n"),
    window: correlate.window,
    fold: correlate.fold,
    gate: gate.mode,
    photos: attachments.photos ? `≤ ${attachments.bytesMax}` : "–",
    priority: String(content.priority),
    discloses: Object.entries(discloses)
      .flatMap(([what, may]) => (may ? [what] : []))
      .join(", "),
    effects: content.effects.map(({ kind, reason }) => `${kind} ${reason}`).join(", "),
  };
}

/** In the scope of a rule? Null: yes; otherwise what is not. */
export function outOfScope(content: RuleContent, event: CloudEvent): string | null {
  const { parts, workCenters } = content.scope;
  const { item, operation, place } = event.data.context;
  const part = item?.partNumber ?? "";
  if (parts.length > 0 && !parts.includes(part))
    return `part ${part || "of none"} is not in the scope`;
  const center = operation?.workCenter ?? place.workCenter?.id ?? "";
  if (workCenters.length > 0 && !workCenters.includes(center))
    return `work center ${center || "of none"} is not in the scope`;
  return null;
}
