import jsonata from "jsonata";
import * as z from "zod/mini";
import type { RestConnectorConfig } from "./schema.ts";

/** What a record of theirs looks like to our mapping: its members by path, with the type of each. */
export const shape = z.record(z.string(), z.string());
export type Shape = z.output<typeof shape>;

/** Every name that an expression looks for. */
export const namesIn = (...expressions: readonly string[]): Set<string> =>
  valuesOf("name", expressions);

/** Every text that stands in an expression. */
export const textsIn = (...expressions: readonly string[]): Set<string> =>
  valuesOf("string", expressions);

function valuesOf(type: "name" | "string", expressions: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && node.type === type && "value" in node) found.add(String(node.value));
    for (const inner of Object.values(node)) visit(inner);
  };
  for (const source of expressions) visit(jsonata(source).ast());
  return found;
}

/** What the mapping reads of a record that is there. */
export const namesRead = (
  config: Pick<RestConnectorConfig, "record" | "verify" | "update" | "attach">,
): Set<string> =>
  namesIn(
    config.record,
    config.verify.actual,
    ...(config.update.look ? [] : [config.update.done]),
    ...(config.attach.look ? [] : [config.attach.done]),
  );

/** The members with one of these names; of a list, what any of its members has. */
export function shapeOf(raw: unknown, names: ReadonlySet<string>): Shape {
  const found: Record<string, string> = {};
  const visit = (of: unknown, path: string, name: string): void => {
    if (Array.isArray(of)) {
      if (names.has(name)) found[path] = "list";
      for (const one of of) visit(one, `${path}[]`, name);
      return;
    }
    if (typeof of === "object" && of !== null) {
      for (const [member, inner] of Object.entries(of))
        visit(inner, path === "" ? member : `${path}.${member}`, member);
      return;
    }
    if (!names.has(name)) return;
    // Nothing in it says nothing about its type; what another member of the list has does.
    const type = of === null ? "nothing" : typeof of;
    if (found[path] === undefined || found[path] === "nothing") found[path] = type;
  };
  visit(raw, "", "");
  return found;
}

export type Drift = {
  gone: string[];
  changed: { path: string; was: string; is: string }[];
};

/** What was there and isn't, or is of another type. What is new is nobody's loss. */
export function driftOf(before: Shape, after: Shape): Drift {
  const drift: Drift = { gone: [], changed: [] };
  for (const [path, was] of Object.entries(before).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const is = after[path];
    if (is === undefined) {
      if (was !== "nothing" && !isInEmptyList(path, after)) drift.gone.push(path);
    } else if (was !== is && was !== "nothing") {
      // Emptied is a value; a member that is empty now had one when it was learned.
      if (is === "nothing") continue;
      drift.changed.push({ path, was, is });
    }
  }
  return drift;
}

/** A list that is empty now shows nothing of what its members have. */
function isInEmptyList(path: string, after: Shape): boolean {
  for (let at = path.indexOf("[]"); at >= 0; at = path.indexOf("[]", at + 2)) {
    const list = path.slice(0, at);
    const hasMembers = Object.keys(after).some((other) => other.startsWith(`${list}[]`));
    if (after[list] === "list" && !hasMembers) return true;
  }
  return false;
}
