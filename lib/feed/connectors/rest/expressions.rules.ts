import jsonata from "jsonata";
import { type CodeKind, isCodeKind } from "../../code-kinds.schema.ts";
import type { RestConnectorConfig } from "./schema.ts";

export type Expression = { at: string; source: string };

/** Every expression of a configuration, with the place where it stands. */
export function expressionsOf(config: RestConnectorConfig): Expression[] {
  const { create, lookup, readBack, verify, update, attach, withdraw, changes } = config;
  const parts: [string, object | null][] = [
    ["create", create],
    ["lookup", lookup],
    ["readBack", readBack],
    ["verify", verify],
    ["update", update],
    ["update.look", update.look ?? null],
    ["attach", attach],
    ["attach.look", attach.look ?? null],
    ["withdraw", withdraw ?? null],
    ["changes", changes],
    ["session", config.session ?? null],
    ...(config.links ?? []).flatMap((link, at): [string, object][] => [
      [`links.${at}`, link],
      [`links.${at}.look`, link.look],
    ]),
  ];
  const known = new Set([
    "path",
    "body",
    "made",
    "records",
    "expected",
    "actual",
    "done",
    "headers",
    "items",
    "cursor",
    "begin",
    "form",
    "gives",
    "held",
  ]);
  return [
    ...config.results.map(({ when }, place) => ({ at: `results.${place}`, source: when })),
    { at: "record", source: config.record },
    ...(["headers", "envelope", "words"] as const).flatMap((at) => {
      const source = config[at];
      return source === undefined ? [] : [{ at, source }];
    }),
    ...(config.webhookSubject === null
      ? []
      : [{ at: "webhookSubject", source: config.webhookSubject }]),
    ...parts.flatMap(([part, of]) =>
      Object.entries(of ?? {}).flatMap(([name, source]) =>
        known.has(name) && typeof source === "string" ? [{ at: `${part}.${name}`, source }] : [],
      ),
    ),
  ];
}

/**
 * Why a connector can't be saved: an expression that can't be read, a kind of code that there isn't or
 * that only the data would say, and `$lookup`, which drops in silence what isn't in its map.
 */
export function expressionProblems(config: RestConnectorConfig): string[] {
  return expressionsOf(config).flatMap(({ at, source }) => {
    try {
      return callsIn(source).flatMap((call) => {
        const problem = problemOf(call);
        return problem === null ? [] : [`${at}: ${problem}`];
      });
    } catch (problem) {
      const words = problem as { message?: string };
      return [`${at}: ${words.message ?? String(problem)}`];
    }
  });
}

/** The kinds of code that a configuration asks crosswalks for. */
export function kindsAsked(config: RestConnectorConfig): CodeKind[] {
  const kinds = expressionsOf(config).flatMap(({ source }) =>
    callsIn(source).flatMap(({ name, first }) => {
      if (name === "convert") return ["unit" as const];
      return name === "code" && first?.type === "string" && isCodeKind(String(first.value))
        ? [String(first.value) as CodeKind]
        : [];
    }),
  );
  return [...new Set(kinds)].toSorted();
}

type Node = { type?: string; value?: unknown };
type Call = { name: string; first: Node | undefined; isCall: boolean };

function problemOf({ name, first, isCall }: Call): string | null {
  if (name === "lookup")
    return '$lookup drops what is not in its map: use $code({…}, value) or $code("kind", value)';
  if (name !== "code") return null;
  if (!isCall || first === undefined) return "$code is called with its kind or its map";
  if (first.type === "unary") return null;
  if (first.type !== "string") return "the kind of a $code stands in the mapping, not in the data";
  return isCodeKind(String(first.value)) ? null : `no kind of code is called "${first.value}"`;
}

/** Every use of a function or variable by its name, called or handed on. */
function callsIn(source: string): Call[] {
  const calls: Call[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const of = node as Node & { procedure?: Node; arguments?: Node[] };
    if (of.type === "variable")
      calls.push({ name: String(of.value), first: undefined, isCall: false });
    const isCall =
      (of.type === "function" || of.type === "partial") && of.procedure?.type === "variable";
    if (isCall)
      calls.push({ name: String(of.procedure?.value), first: of.arguments?.[0], isCall: true });
    for (const [member, inner] of Object.entries(node)) {
      if (!(isCall && member === "procedure")) walk(inner);
    }
  };
  walk(jsonata(source).ast());
  return calls;
}
