import { linesOfCsv } from "#lib/kit/csv";
import { err, ok, type Result } from "#lib/kit/result";
import { columnsOf, valuesOf } from "#lib/plant/import.rules";
import { isB2mml, isShallow, ordersOfB2mml, type Read, xmlOf } from "./b2mml.rules.ts";
import { type OrderMessage, orderMessage, ordersMax } from "./messages.schema.ts";

export const orderTypes = ["application/json", "application/xml", "text/xml", "text/csv"] as const;

export type BodyProblem =
  | { code: "body_unreadable"; problem: string }
  | { code: "body_not_right"; errors: readonly { pointer: string; detail: string }[] };

/**
 * The order messages of a body, whatever it is written in: all of them, or what is wrong with it. The
 * `system` is the token's name for itself, where the body names none.
 */
export function messagesIn(
  type: string,
  text: string,
  system: string,
): Result<readonly OrderMessage[], BodyProblem> {
  const read = readAs(type, text, system);
  if (!read.ok) return err({ code: "body_unreadable", problem: read.error.problem });
  if (read.value.length > ordersMax) {
    return err({ code: "body_unreadable", problem: `more than ${ordersMax} orders` });
  }
  const errors: { pointer: string; detail: string }[] = [];
  const messages: OrderMessage[] = [];
  for (const [index, one] of read.value.entries()) {
    const parsed = orderMessage.safeParse(one);
    if (parsed.success) messages.push(parsed.data);
    else {
      errors.push(
        ...parsed.error.issues.slice(0, 10).map(({ path, message }) => ({
          pointer: `/orders/${[index, ...path].join("/")}`,
          detail: message,
        })),
      );
    }
  }
  return errors.length === 0 ? ok(messages) : err({ code: "body_not_right", errors });
}

function readAs(type: string, text: string, system: string): Read {
  if (type === "text/csv") return ordersOfCsv(text, system);
  if (type !== "application/json") {
    const document = xmlOf(text);
    return document.ok ? ordersOfB2mml(document.value, system) : document;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err({ problem: "not JSON" });
  }
  if (!isShallow(value)) return err({ problem: "nested too deeply" });
  if (isB2mml(value)) return ordersOfB2mml(value, system);
  const orders = (value as { orders?: unknown } | null)?.orders;
  if (!Array.isArray(orders)) return err({ problem: "neither “orders” nor B2MML" });
  if (orders.length === 0) return err({ problem: "no order in it" });
  return ok(orders.map((one) => (isPlain(one) ? { system, ...one } : one)));
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A file's columns: those of the desk's own list, and what a message says beside them. */
const columns = [
  { name: "action", alias: ["acción"] },
  { name: "number", alias: ["order", "work order", "orden"] },
  { name: "partNumber", alias: ["part number", "part", "parte"] },
  { name: "partRevision", alias: ["part revision", "revision", "revisión"] },
  { name: "quantity", alias: ["cantidad"] },
  { name: "sentAt", alias: ["sent at", "sent", "enviado"] },
  { name: "version", alias: ["versión"] },
  { name: "externalId", alias: ["external id", "id"] },
  { name: "system", alias: ["sistema"] },
  { name: "customer", alias: ["cliente"] },
  { name: "dueAt", alias: ["due", "due at", "vence"] },
  { name: "priority", alias: ["prioridad"] },
  { name: "instruction", alias: ["instrucción"] },
  { name: "instructionRevision", alias: ["instruction revision", "revisión de la instrucción"] },
  { name: "serials", alias: ["serial numbers", "series"] },
  { name: "lot", alias: ["lote"] },
  { name: "parent", alias: ["split from", "parte de"] },
  { name: "reason", alias: ["motivo"] },
] as const;
const needed = new Set(["number", "sentAt"]);

function ordersOfCsv(text: string, system: string): Read {
  const lines = linesOfCsv(text);
  if (!lines.ok) return err({ problem: `not CSV from line ${lines.error.line} on` });
  const [heading, ...rest] = lines.value;
  if (!heading || rest.length === 0) return err({ problem: "no order in it" });
  const { at, missing } = columnsOf(heading, columns);
  const lacking = missing.filter((name) => needed.has(name));
  if (lacking.length > 0) return err({ problem: `columns missing: ${lacking.join(", ")}` });
  return ok(rest.map((cells) => messageOf(valuesOf(cells, at), system)));
}

function messageOf(row: Readonly<Record<string, string>>, system: string): unknown {
  const said = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));
  const { partNumber, partRevision, instruction, instructionRevision, serials, ...rest } = said;
  return {
    system,
    action: "order",
    ...rest,
    ...(partNumber !== undefined && { part: { number: partNumber, revision: partRevision ?? "" } }),
    ...(instruction !== undefined && {
      instruction: {
        number: instruction,
        ...(instructionRevision !== undefined && { revision: instructionRevision }),
      },
    }),
    ...(serials !== undefined && { serials: serials.split(/[\s,;]+/).filter((one) => one !== "") }),
  };
}
