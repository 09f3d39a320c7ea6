import jsonata from "jsonata";

/** How far one expression may go. The clock is an argument: the rules own none. */
export type Budget = { now: () => number; milliseconds: number; depth: number };

export type Evaluated = { ok: true; value: unknown } | { ok: false; problem: string };

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
): Promise<Evaluated> {
  try {
    const expression = jsonata(source);
    refuseUnbounded(expression.ast());
    expression.registerFunction("eval", () => {
      throw new Error("$eval is not available");
    });
    expression.registerFunction("code", codeOf, "<os:s>");
    limit(expression, budget);
    const value: unknown = await expression.evaluate(input, { ...variables });
    return { ok: true, value: value === undefined ? null : JSON.parse(JSON.stringify(value)) };
  } catch (problem) {
    return { ok: false, problem: wordsOf(problem) };
  }
}

/** A code of a map, or an error that names it: a bare $lookup would drop it in silence. */
function codeOf(map: Record<string, unknown>, code: string): unknown {
  if (!Object.hasOwn(map, code)) throw new Error(`no code for "${code}"`);
  return map[code];
}

function limit(expression: jsonata.Expression, budget: Budget): void {
  const endsAt = budget.now() + budget.milliseconds;
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
}

function refuseUnbounded(node: unknown): void {
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
