import jsonata from "jsonata";
import { type Budget, evaluate, refuseUnbounded } from "./mapping.rules.ts";

export type ExpressionProblem = { code: string; params: Readonly<Record<string, string>> };

/** In the place of what a message will bring, so that a path can be asked before there is one. */
const sample = {
  key: "buyoff:connection-test",
  externalId: "1",
  sha256: "0".repeat(64),
  name: "photo.jpg",
  mediaType: "image/jpeg",
  cursor: "",
};

/**
 * What is wrong with an expression, and at which line and column. `text`: it has to give text from the
 * variables alone; `path`: it may need the message for that.
 */
export async function expressionProblem(
  source: string,
  gives: "any" | "path" | "text",
  budget: Budget,
): Promise<ExpressionProblem | null> {
  let ast: unknown;
  try {
    ast = jsonata(source).ast();
  } catch (fault) {
    return faultAt(source, fault);
  }
  try {
    refuseUnbounded(ast);
  } catch {
    return { code: "no_regular_expressions", params: {} };
  }
  if (gives === "any") return null;
  if (isDivision(ast)) return { code: "path_in_quotes", params: {} };
  if (gives === "path") return null;
  const given = await evaluate(source, {}, sample, budget);
  if (!given.ok) return { code: "does_not_evaluate", params: { problem: given.problem } };
  return typeof given.value === "string" && given.value !== ""
    ? null
    : { code: "gives_no_text", params: {} };
}

/** `api/ncrs` without quotes divides one field by another: the fault that everybody makes once. */
const isDivision = (ast: unknown): boolean =>
  typeof ast === "object" &&
  ast !== null &&
  "type" in ast &&
  ast.type === "binary" &&
  "value" in ast &&
  ast.value === "/";

function faultAt(source: string, fault: unknown): ExpressionProblem {
  const { position, message } = fault as { position?: unknown; message?: unknown };
  const place = typeof position === "number" ? Math.min(position, source.length) : 0;
  const before = source.slice(0, place).split("\n");
  return {
    code: "does_not_compile",
    params: {
      line: String(before.length),
      column: String((before.at(-1) ?? "").length),
      problem: typeof message === "string" ? message : String(fault),
    },
  };
}
