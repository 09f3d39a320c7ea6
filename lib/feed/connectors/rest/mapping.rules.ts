import jsonata from "jsonata";
import { type CodeKind, isCodeKind } from "../../code-kinds.schema.ts";
import { type Coded, converted } from "../../crosswalks.rules.ts";
import type { CodeUsed, Missing } from "../../crosswalks.schema.ts";

/** How far one expression may go. The clock is an argument: the rules own none. */
export type Budget = { now: () => number; milliseconds: number; depth: number };

export type Evaluated =
  | { ok: true; value: unknown }
  /** `missing`: codes that no crosswalk maps, and numbers that pieces don't have yet, all of them. */
  | { ok: false; problem: string; missing?: readonly Missing[] };

/** The serial numbers of what a message is about; null: it is about no unit and no lot. */
export type Serials = { ok: true; serials: readonly string[] } | { ok: false; lot: string } | null;

/** Where `$code("kind", …)`, `$convert(…)` and `$serials()` look: what was so when it happened. */
export type Codes = {
  find(kind: CodeKind, code: string): Promise<Coded>;
  serials?(): Promise<Serials>;
};

/**
 * One JSONata expression over one input, within a budget. A regular expression could run for ever
 * inside a single step and $eval could bring one in as text: neither is let in. What an expression
 * makes is turned into plain JSON, so that no live object of the evaluator leaves it.
 */
export async function evaluate(
  source: string,
  input: unknown,
  variables: Readonly<Record<string, unknown>>,
  budget: Budget,
  codes: Codes | null = null,
): Promise<Evaluated> {
  const missing: Missing[] = [];
  const failed = (problem: string): Evaluated =>
    missing.length === 0
      ? { ok: false, problem }
      : { ok: false, problem: missing.map(missingWords).join(", "), missing };
  let expression: jsonata.Expression | null = null;
  try {
    expression = taken(source);
    expression.registerFunction("eval", () => {
      throw new Error("$eval is not available");
    });
    const clock = limit(expression, budget);
    const find = finder(codes, missing, clock);
    expression.registerFunction("code", (of: unknown, code: unknown, ...rest: unknown[]) =>
      typeof of === "string" ? codeOf(find, of, code) : codeOfMap(of, code, rest),
    );
    expression.registerFunction("convert", (value: unknown, unit: unknown) =>
      convert(find, value, unit),
    );
    expression.registerFunction("serials", () => serialsOf(codes, missing, clock));
    const value: unknown = await expression.evaluate(input, { ...variables });
    if (missing.length > 0) return failed("");
    return { ok: true, value: value === undefined ? null : JSON.parse(JSON.stringify(value)) };
  } catch (problem) {
    return failed(wordsOf(problem));
  } finally {
    if (expression) idle.get(source)?.push(expression);
  }
}

/**
 * Expressions that were read and are not at work now. Reading one costs more than it takes to evaluate it, and a
 * message asks dozens; functions and limits belong to whoever has taken one, so no two evaluations share it.
 */
const idle = new Map<string, jsonata.Expression[]>();
const idleMax = 2_000;

function taken(source: string): jsonata.Expression {
  const waiting = idle.get(source);
  const known = waiting?.pop();
  if (known) return known;
  const expression = jsonata(source);
  refuseUnbounded(expression.ast());
  if (!waiting) {
    if (idle.size >= idleMax) idle.clear();
    idle.set(source, []);
  }
  return expression;
}

const missingWords = ({ kind, code }: Missing): string => `no ${kind} for "${code}"`;

/** All of them, or the message waits for them: a lot is no serial number. */
async function serialsOf(codes: Codes | null, missing: Missing[], clock: Clock) {
  if (!codes?.serials) throw new Error("there are no serial numbers here");
  const { serials } = codes;
  const found = await clock.without(() => serials());
  if (found === null) return [];
  if (found.ok) return [...found.serials];
  const lot = { kind: "serials", code: found.lot, fails: false } as const;
  if (!missing.some(({ kind }) => kind === "serials")) missing.push(lot);
  return [];
}

/** A code of a map, or an error that names it: a bare $lookup would drop it in silence. */
function codeOfMap(map: unknown, code: unknown, [otherwise, ...more]: unknown[]): unknown {
  const isThere =
    typeof map === "object" && map !== null && typeof code === "string" && Object.hasOwn(map, code);
  if (isThere) return (map as Record<string, unknown>)[code];
  // Said in the mapping itself: then it is no silence.
  if (otherwise !== undefined && more.length === 0) return otherwise;
  throw new Error(`no code for "${code}"`);
}

type Find = (kind: string, code: string) => Promise<CodeUsed | null>;

/** What isn't mapped is noted and the rest is gone on with, so that a person hears of all at once. */
function finder(codes: Codes | null, missing: Missing[], clock: Clock): Find {
  return async (kind, code) => {
    if (!isCodeKind(kind)) throw new Error(`no kind of code is called "${kind}"`);
    if (!codes) throw new Error("there are no crosswalks here");
    // The database's time is not the expression's.
    const found = await clock.without(() => codes.find(kind, code));
    if (found.ok) return found.used;
    const isNoted = missing.some((one) => one.kind === kind && one.code === code);
    if (!isNoted) missing.push(found.missing);
    return null;
  };
}

/** What is not there has no code; everything that is there has one, or stops the delivery. */
async function codeOf(find: Find, kind: string, code: unknown): Promise<string | null> {
  if (code === undefined || code === null) return null;
  if (typeof code !== "string") throw new Error(`$code("${kind}", …) wants text`);
  return (await find(kind, code))?.to ?? null;
}

/** "27.2 N·m", or "27.2" and its unit, in the unit that the other system counts in. */
async function convert(find: Find, value: unknown, unit: unknown) {
  if (value === undefined || value === null) return null;
  const [number, ...words] = String(value).split(" ");
  const [amount, of] = unit === undefined ? [number ?? "", words.join(" ")] : [String(value), unit];
  if (typeof of !== "string") throw new Error("$convert wants a value and its unit");
  const used = await find("unit", of);
  if (!used) return null;
  const made = converted(amount, used);
  if (made === null) throw new Error(`"${amount}" is no number with a point for its decimals`);
  return { value: made, unit: used.to };
}

/** The time of an expression, which stands still while something else is waited for. */
type Clock = { without<T>(wait: () => Promise<T>): Promise<T> };

function limit(expression: jsonata.Expression, budget: Budget): Clock {
  let endsAt = budget.now() + budget.milliseconds;
  let depth = 0;
  const assign = expression.assign.bind(expression) as unknown as (
    name: symbol,
    hook: () => void,
  ) => void;
  assign(Symbol.for("jsonata.__evaluate_entry"), () => {
    depth += 1;
    if (depth > budget.depth) throw new Error("the expression goes too deep");
    if (budget.now() > endsAt) throw new Error("the expression takes too long");
  });
  assign(Symbol.for("jsonata.__evaluate_exit"), () => {
    depth -= 1;
  });
  return {
    without: async (wait) => {
      const began = budget.now();
      try {
        return await wait();
      } finally {
        endsAt += budget.now() - began;
      }
    },
  };
}

/** Throws at a regular expression, wherever it stands. */
export function refuseUnbounded(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if ("type" in node && node.type === "regex")
    throw new Error("regular expressions are not available");
  for (const inner of Object.values(node)) refuseUnbounded(inner);
}

/** JSONata throws plain objects as well as errors. */
const wordsOf = (problem: unknown): string =>
  typeof problem === "object" && problem !== null && "message" in problem
    ? String(problem.message)
    : String(problem);
