import { linesOfCsv } from "#lib/kit/csv";
import { err, ok, type Result } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import { columnsOf, valuesOf } from "#lib/plant/import.rules";
import { type ToldList, toldList } from "./qualification-lists.schema.ts";
import { heldColumns } from "./qualifications.schema.ts";

/** How far the clock of another system may be ahead of ours, in milliseconds. */
const clockLeeway = 5 * 60_000;

export const listTypes = ["application/json", "text/csv"] as const;

export type ListProblem =
  | { code: "body_unreadable"; problem: string }
  | { code: "body_not_right"; errors: readonly { pointer: string; detail: string }[] }
  | { code: "older_list"; asOf: Instant };

/** The list of a body, whatever it is written in, or what is wrong with it. `at`: now. */
export function listIn(
  { type, text }: { type: string; text: string },
  at: Instant,
): Result<ToldList, ListProblem> {
  let value: unknown;
  if (type === "text/csv") {
    const rows = rowsOfCsv(text);
    if (!rows.ok) return rows;
    value = { asOf: at, qualifications: rows.value };
  } else {
    try {
      value = JSON.parse(text);
    } catch {
      return err({ code: "body_unreadable", problem: "not JSON" });
    }
  }
  const parsed = toldList.safeParse(value);
  if (parsed.success) {
    if (Date.parse(parsed.data.asOf) <= Date.parse(at) + clockLeeway) return ok(parsed.data);
    // Taken, it would turn away every list until then.
    const detail = `in the future: it is ${at} here`;
    return err({ code: "body_not_right", errors: [{ pointer: "/asOf", detail }] });
  }
  const errors = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    pointer: `/${path.join("/")}`,
    detail: message,
  }));
  return err({ code: "body_not_right", errors });
}

/** The columns of the desk's own list, and of what ends before its time. */
const columns = [
  ...heldColumns,
  { name: "withdrawnOn", alias: ["withdrawn on", "withdrawn", "retirada"] },
  { name: "reason", alias: ["motivo"] },
];
const needed = ["employeeNumber", "code", "authority", "evidence", "validFrom"];

function rowsOfCsv(text: string): Result<Record<string, string>[], ListProblem> {
  const lines = linesOfCsv(text);
  if (!lines.ok)
    return err({ code: "body_unreadable", problem: `not CSV from line ${lines.error.line} on` });
  const [heading = [], ...rest] = lines.value;
  const { at, missing } = columnsOf(heading, columns);
  const lacking = missing.filter((name) => needed.includes(name));
  if (lacking.length > 0) {
    return err({ code: "body_unreadable", problem: `no column ${lacking.join(", ")}` });
  }
  return ok(
    rest.map((cells) => {
      const { reason, ...values } = valuesOf(cells, at);
      return { ...values, ...(reason && { reason }) };
    }),
  );
}
