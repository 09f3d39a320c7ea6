import { isNode, listOf, type Node, pointedAt } from "./document.rules.ts";

/** A schema of JSON Schema 2020-12 that needs nothing around it. */
export type OwnSchema = Readonly<Record<string, unknown>>;

export type OwnSchemaMade =
  | { ok: true; schema: OwnSchema; isWhole: boolean }
  /** Larger, or more entangled, than anything that can be asked of one message. */
  | { ok: false };

const nodesMax = 6_000;
/** How many schemas may have to hold for one and the same value: what is entangled is exponential. */
const inPlaceMax = 2_000;

/**
 * Out of the document, with everything that it names in it. `pattern` and `format` are left: the first could run for
 * ever, the second means what each reader makes of it. What lies outside of the document is nobody's to fetch: it
 * allows everything, and `isWhole` says so.
 */
export function ownSchema(root: Node, of: unknown, openapi: string): OwnSchemaMade {
  const making = { root, isOld: /^(2|3\.0)/.test(openapi), names: new Map<string, string>() };
  const state = { ...making, defs: {} as Record<string, unknown>, nodes: 0, isWhole: true };
  try {
    const schema = closed(state, of);
    const whole = { ...asObject(schema), $defs: state.defs };
    if (isEntangled(whole)) return { ok: false };
    return { ok: true, schema: whole, isWhole: state.isWhole };
  } catch (problem) {
    if (problem instanceof TooMuch) return { ok: false };
    throw problem;
  }
}

class TooMuch extends Error {}

type Making = {
  root: Node;
  /** 2.0 and 3.0. */
  isOld: boolean;
  names: Map<string, string>;
  defs: Record<string, unknown>;
  nodes: number;
  isWhole: boolean;
};

const asObject = (schema: unknown): OwnSchema => (isNode(schema) ? schema : {});

/** Of a member that no part of a schema names, and that none forbids: the difference is seen by it. */
export const unnamed = { not: {} } as const;

/**
 * As much of it as a body can touch that has these members and no others: a large schema takes seconds to be made ready
 * for checking, and nobody sends a hundredth of it.
 */
export function prunedTo(whole: OwnSchema, given: ReadonlySet<string>): OwnSchema {
  const { $defs: defs = {}, ...own } = whole;
  const kept: Record<string, unknown> = {};
  const prune = (of: unknown): unknown => {
    if (Array.isArray(of)) return of.map(prune);
    if (!isNode(of)) return of;
    if (typeof of.$ref === "string") {
      const name = of.$ref.slice("#/$defs/".length);
      if (!Object.hasOwn(kept, name)) {
        // Named before it is looked into, because it may name itself.
        kept[name] = true;
        kept[name] = prune((defs as Node)[name]);
      }
    }
    const pruned = Object.entries(of).map(([name, inner]) => [
      name,
      name === "properties" ? touched(inner) : name === "enum" ? inner : prune(inner),
    ]);
    return Object.fromEntries(pruned);
  };
  const touched = (of: unknown): unknown =>
    Object.fromEntries(
      Object.entries(isNode(of) ? of : {}).map(([name, inner]) => [
        name,
        given.has(name) ? prune(inner) : true,
      ]),
    );
  const top = asObject(prune(own));
  return { ...top, $defs: kept };
}

/** The same without what is only told. */
export function opened(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(opened);
  if (!isNode(of)) return of;
  const kept = Object.entries(of).filter(
    ([name, inner]) => !(name === "unevaluatedProperties" && isNode(inner)),
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, opened(inner)]));
}

/** Where a value stands: members that no part of its schema names are told, unless it says that it takes any. */
function closed(making: Making, of: unknown): unknown {
  const made = converted(making, of);
  return isNode(made) &&
    made.unevaluatedProperties === undefined &&
    namesMembers(making, of, new Set()) === "names"
    ? { ...made, unevaluatedProperties: unnamed }
    : made;
}

/** Does it name members of its own? What can't be seen may name any. */
function namesMembers(making: Making, of: unknown, seen: Set<string>): "names" | "none" | "any" {
  if (!isNode(of)) return of === false ? "none" : "any";
  const branches = branchesOf(of);
  // One of several kinds, which name what they add to this one elsewhere.
  if (of.discriminator !== undefined && branches.length === 0) return "any";
  let found: "names" | "none" = "none";
  if (typeof of.$ref === "string") {
    if (seen.has(of.$ref)) return "none";
    seen.add(of.$ref);
    const inner = namesMembers(making, pointedAt(making.root, of.$ref) ?? true, seen);
    if (inner === "any") return "any";
    if (inner === "names") found = "names";
  }
  if (isNode(of.properties) && Object.keys(of.properties).length > 0) found = "names";
  for (const branch of branches) {
    const inner = namesMembers(making, branch, seen);
    if (inner === "any") return "any";
    if (inner === "names") found = "names";
  }
  return found;
}

const branchesOf = (of: Node): unknown[] =>
  (["allOf", "oneOf", "anyOf"] as const).flatMap((name) => [...listOf(of[name])]);

function converted(making: Making, of: unknown): unknown {
  making.nodes += 1;
  if (making.nodes > nodesMax) throw new TooMuch();
  if (typeof of === "boolean") return of;
  if (!isNode(of)) return true;
  const made: Record<string, unknown> = {};
  if (typeof of.$ref === "string") {
    const ref = referenceTo(making, of.$ref);
    if (ref === null) return true;
    made.$ref = ref;
    // Beside a reference 3.0 takes nothing else; that it may be null is written there all the same.
    if (making.isOld) return isNullable(of) ? orNull(made) : made;
  }
  plain(of, made);
  members(making, of, made);
  // Makers of documents say "one of" and mean "any of": which of them a body is meant as is not ours to know.
  const [all, one, any] = (["allOf", "oneOf", "anyOf"] as const).map((name) =>
    listOf(of[name]).map((branch) => converted(making, branch)),
  );
  const both = one?.length && any?.length ? [{ anyOf: one }] : [];
  if (all?.length || both.length > 0) made.allOf = [...(all ?? []), ...both];
  if (any?.length) made.anyOf = any;
  else if (one?.length) made.anyOf = one;
  if (isNode(of.items)) made.items = closed(making, of.items);
  if (of.unevaluatedProperties === false) made.unevaluatedProperties = false;
  return isNullable(of) ? orNull(made) : made;
}

/** As 3.0 says it, as makers of documents go on saying it in 3.1, and as they said it in 2.0. */
const isNullable = (of: Node): boolean => of.nullable === true || of["x-nullable"] === true;

function referenceTo(making: Making, reference: string): string | null {
  const target = pointedAt(making.root, reference);
  if (target === undefined) {
    making.isWhole = false;
    return null;
  }
  let name = making.names.get(reference);
  if (name === undefined) {
    name = `d${making.names.size}`;
    making.names.set(reference, name);
    making.defs[name] = converted(making, target);
  }
  return `#/$defs/${name}`;
}

const counts = ["maxLength", "minLength", "maxItems", "minItems"] as const;
const bounds = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"] as const;
const types = ["string", "number", "integer", "boolean", "array", "object", "null"];

/** What it says of the value itself; nonsense says nothing. */
function plain(of: Node, made: Record<string, unknown>): void {
  const named = typeof of.type === "string" ? [of.type] : listOf(of.type);
  const known = [...new Set(named)].filter((one) => types.includes(one as string));
  if (known.length > 0) made.type = known.length === 1 ? known[0] : known;
  const choices = listOf(of.enum).filter((one) => typeof one !== "object" || one === null);
  if (choices.length > 0) made.enum = [...new Set(choices)].slice(0, 2_000);
  if (["string", "number", "boolean"].includes(typeof of.const)) made.const = of.const;
  for (const name of counts)
    if (Number.isInteger(of[name]) && (of[name] as number) >= 0) made[name] = of[name];
  for (const name of bounds) if (Number.isFinite(of[name])) made[name] = of[name];
  for (const [name, bound] of [
    ["exclusiveMaximum", "maximum"],
    ["exclusiveMinimum", "minimum"],
  ] as const)
    if (of[name] === true && made[bound] !== undefined) {
      made[name] = made[bound];
      delete made[bound];
    }
}

/** What is only ever read there is not asked for, and not taken. */
function members(making: Making, of: Node, made: Record<string, unknown>): void {
  const properties = Object.entries(isNode(of.properties) ? of.properties : {});
  const ours = properties.filter(
    ([name, inner]) => name !== "__proto__" && !isReadOnly(making, inner),
  );
  if (ours.length > 0)
    made.properties = Object.fromEntries(
      ours.map(([name, inner]) => [name, closed(making, inner)]),
    );
  const readOnly = new Set(
    properties.filter(([, inner]) => isReadOnly(making, inner)).map(([name]) => name),
  );
  const needed = listOf(of.required).filter(
    (name): name is string => typeof name === "string" && !readOnly.has(name),
  );
  if (needed.length > 0) made.required = [...new Set(needed)].slice(0, 1_000);
  const more = of.additionalProperties;
  if (typeof more === "boolean") made.additionalProperties = more;
  else if (isNode(more)) made.additionalProperties = closed(making, more);
}

const isReadOnly = (making: Making, of: unknown): boolean => {
  if (!isNode(of)) return false;
  if (of.readOnly === true) return true;
  const target = typeof of.$ref === "string" ? pointedAt(making.root, of.$ref) : null;
  return isNode(target) && target.readOnly === true;
};

function orNull(made: Record<string, unknown>): unknown {
  const { type, enum: choices } = made;
  if (typeof type !== "string") return { anyOf: [made, { type: "null" }] };
  return {
    ...made,
    type: [type, "null"],
    ...(Array.isArray(choices) && { enum: [...new Set([...choices, null])] }),
  };
}

/** Is it more than one value can be asked? What names itself for the same value has no end at all. */
function isEntangled(whole: OwnSchema): boolean {
  const known = new Map<unknown, number>();
  const count = (of: unknown): number => {
    if (!isNode(of)) return 1;
    const before = known.get(of);
    if (before !== undefined) return before;
    // Met again before it is counted, it is a ring.
    known.set(of, Number.POSITIVE_INFINITY);
    const referred = typeof of.$ref === "string" ? [pointedAt(whole, of.$ref)] : [];
    const all = [...branchesOf(of), ...referred].reduce<number>((sum, one) => sum + count(one), 1);
    known.set(of, all);
    return all;
  };
  const open: unknown[] = [whole];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (count(next) > inPlaceMax) return true;
    if (typeof next === "object" && next !== null)
      open.push(
        ...Object.values(next).filter((inner) => typeof inner === "object" && inner !== null),
      );
  }
  return false;
}

export type ApiField = {
  /** description, or lines[].quantity. */
  path: string;
  type: string;
  required: boolean;
  max: number | null;
  choices: string[] | null;
};

const fieldsMax = 400;

/** Its members with what is asked of each, as deep as any mapping goes. */
export function fieldsIn(whole: OwnSchema): ApiField[] {
  const found = new Map<string, ApiField>();
  const visit = (of: unknown, path: string, required: boolean, depth: number, isRoot: boolean) => {
    if (found.size >= fieldsMax || depth > 6) return;
    const flat = merged(whole, of);
    if (!isRoot && !path.endsWith("[]") && !found.has(path))
      found.set(path, {
        path,
        required,
        type: flat.types.length === 0 ? "any" : flat.types.join(" or "),
        max: flat.max,
        choices: flat.choices,
      });
    for (const [name, inner] of flat.members)
      visit(inner, path === "" ? name : `${path}.${name}`, flat.needed.has(name), depth + 1, false);
    if (flat.items !== undefined) visit(flat.items, `${path}[]`, false, depth + 1, false);
  };
  visit(whole, "", true, 0, true);
  return [...found.values()];
}

type Merged = {
  types: string[];
  max: number | null;
  choices: string[] | null;
  members: [string, unknown][];
  needed: Set<string>;
  items: unknown;
};

/** All that its parts say of one value, laid on one another; of alternatives nothing is needed for certain. */
function merged(whole: OwnSchema, of: unknown): Merged {
  const made: Merged = {
    types: [],
    max: null,
    choices: null,
    members: [],
    needed: new Set(),
    items: undefined,
  };
  const seen = new Set<unknown>();
  const visit = (at: unknown, isCertain: boolean) => {
    if (!isNode(at) || seen.has(at) || seen.size > 200) return;
    seen.add(at);
    const named = typeof at.type === "string" ? [at.type] : listOf(at.type);
    for (const one of named) if (!made.types.includes(String(one))) made.types.push(String(one));
    if (typeof at.maxLength === "number")
      made.max = Math.min(made.max ?? at.maxLength, at.maxLength);
    if (Array.isArray(at.enum)) made.choices ??= at.enum.slice(0, 100).map(String);
    for (const member of Object.entries(isNode(at.properties) ? at.properties : {}))
      if (!made.members.some(([name]) => name === member[0])) made.members.push(member);
    if (isCertain) for (const name of listOf(at.required)) made.needed.add(String(name));
    made.items ??= at.items;
    if (typeof at.$ref === "string") visit(pointedAt(whole, at.$ref), isCertain);
    for (const branch of listOf(at.allOf)) visit(branch, isCertain);
    for (const branch of [...listOf(at.oneOf), ...listOf(at.anyOf)]) visit(branch, false);
  };
  visit(of, true);
  return made;
}
