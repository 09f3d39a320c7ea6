import { type Budget, evaluate } from "../rest/mapping.rules.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";
import { type Drift, namesIn, namesRead, textsIn } from "../rest/shape.rules.ts";
import {
  type ApiContract,
  type ApiPart,
  apiParts,
  type ContractOperation,
} from "./contract.schema.ts";
import type { ApiDocument, Operation } from "./document.rules.ts";
import { sampleDraft } from "./sample.rules.ts";
import { type ApiField, fieldsIn, ownSchema, prunedTo } from "./schemas.rules.ts";

const sample = {
  key: "buyoff:sample",
  externalId: "1",
  cursor: "",
  sha256: "0".repeat(64),
  name: "photo.jpg",
  mediaType: "image/jpeg",
  at: "2026-01-01T00:00:00.000Z",
};

/** The operation that each part of a configuration asks for; a part that no operation stands for is not there. */
export async function operationsUsed(
  config: RestConnectorConfig,
  { operations }: ApiDocument,
  budget: Budget,
): Promise<Map<ApiPart, Operation>> {
  const found = new Map<ApiPart, Operation>();
  for (const part of apiParts) {
    const asks = config[part];
    if (!asks) continue;
    const path = await evaluate(asks.path, sampleDraft, sample, budget);
    if (!path.ok || typeof path.value !== "string") continue;
    const operation = operationAt(operations, asks.method, pathnameOf(config.baseUrl, path.value));
    if (operation) found.set(part, operation);
  }
  return found;
}

function pathnameOf(baseUrl: string, path: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  const below = path.replace(/^\/+/, "");
  return URL.canParse(below, base) ? new URL(below, base).pathname : "";
}

/** By its end, because a document and a base address begin at different places; the one that names most of it. */
function operationAt(
  operations: readonly Operation[],
  method: string,
  pathname: string,
): Operation | null {
  const asked = segmentsOf(pathname);
  let best: { operation: Operation; named: number; length: number } | null = null;
  for (const operation of operations) {
    if (operation.method !== method) continue;
    const template = segmentsOf(operation.path);
    const end = asked.slice(asked.length - template.length);
    if (template.length === 0 || template.length > asked.length) continue;
    if (!template.every((part, at) => isLike(part, end[at] ?? ""))) continue;
    const named = template.filter((part) => !part.includes("{")).length;
    if (named === 0) continue;
    const isBetter =
      best === null ||
      named > best.named ||
      (named === best.named && template.length > best.length);
    if (isBetter) best = { operation, named, length: template.length };
  }
  return best?.operation ?? null;
}

const segmentsOf = (path: string): string[] =>
  (path.split("?")[0] ?? "").split("/").filter((part) => part !== "");

/** defects({id}) is one, too: what stands before and after the brace has to be there. */
function isLike(template: string, segment: string): boolean {
  const open = template.indexOf("{");
  if (open < 0) return template === segment;
  const before = template.slice(0, open);
  const after = template.slice(template.lastIndexOf("}") + 1);
  return (
    segment.length > before.length + after.length &&
    segment.startsWith(before) &&
    segment.endsWith(after)
  );
}

export const nameOf = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path}`;

/** What the document says of all that this configuration uses, and of nothing else. */
export async function contractOf(
  config: RestConnectorConfig,
  document: ApiDocument,
  of: Pick<ApiContract, "sha256" | "readAt" | "address">,
  budget: Budget,
): Promise<ApiContract> {
  const used = await operationsUsed(config, document, budget);
  const read = readNames(config);
  const operations: Partial<Record<ApiPart, ContractOperation>> = {};
  for (const [part, operation] of used) {
    const given = givenNames(config, part);
    const request = schemaOf(document, operation.request);
    const response = schemaOf(document, operation.response);
    operations[part] = {
      method: operation.method,
      path: operation.path,
      request: request && prunedTo(request, given),
      sends: sentOf(request ? fieldsIn(request) : [], given),
      reads: (response && answering.has(part) ? fieldsIn(response) : []).filter((field) =>
        read.has(leafOf(field)),
      ),
    };
  }
  const { title, version, openapi } = document;
  return { ...of, title, version, openapi, operations, names: document.operations.map(nameOf) };
}

/** What the mapping gives, and what has to be there; but not what something that it leaves out would have to have. */
function sentOf(fields: readonly ApiField[], given: ReadonlySet<string>): ApiField[] {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const isThere = (field: ApiField): boolean => {
    if (!field.required && !given.has(leafOf(field))) return false;
    const holder = byPath.get(holderOf(field.path));
    return holder === undefined || isThere(holder);
  };
  return fields.filter(isThere);
}

/** lines[].quantity stands in lines. */
const holderOf = (path: string): string =>
  path.includes(".") ? path.slice(0, path.lastIndexOf(".")).replace(/(\[\])+$/, "") : "";

/** Parts whose answers the mapping reads. */
const answering: ReadonlySet<ApiPart> = new Set(["create", "lookup", "readBack", "changes"]);

const leafOf = ({ path }: ApiField): string => path.split(".").at(-1)?.replaceAll("[]", "") ?? path;

function schemaOf({ root, openapi }: ApiDocument, of: unknown) {
  if (of === null) return null;
  const made = ownSchema(root, of, openapi);
  return made.ok ? made.schema : null;
}

/** Names and texts of what makes a body: its members stand there as the one or the other. */
function givenNames(config: RestConnectorConfig, part: ApiPart): Set<string> {
  const of = config[part];
  const sources = [of && "body" in of ? of.body : undefined, config.envelope].filter(
    (source) => source !== undefined,
  );
  const limits = part === "create" ? (config.fields ?? []) : [];
  return new Set([
    ...namesIn(...sources),
    ...textsIn(...sources),
    ...limits.flatMap(({ overflow }) => (overflow?.to === "field" ? [overflow.field] : [])),
  ]);
}

function readNames(config: RestConnectorConfig): Set<string> {
  const { create, lookup, changes } = config;
  const more = [create.made, lookup.records, changes?.items, changes?.cursor];
  return new Set([
    ...namesRead(config),
    ...namesIn(...more.filter((source) => source !== undefined)),
  ]);
}

export type ApiDrift = Drift & { added: string[] };

/** What of the approved document isn't so any more, as far as we use it. What nobody uses is told and is no drift. */
export function apiDriftOf(before: ApiContract, after: ApiContract): ApiDrift {
  const drift: ApiDrift = { gone: [], changed: [], added: [] };
  for (const part of apiParts) {
    const was = before.operations[part];
    if (!was) continue;
    const is = after.operations[part];
    if (!is || nameOf(is) !== nameOf(was)) {
      if (!drift.gone.includes(nameOf(was))) drift.gone.push(nameOf(was));
      continue;
    }
    compare(drift, `${nameOf(was)} →`, was.sends, is.sends);
    compare(drift, `${nameOf(was)} ←`, was.reads, is.reads);
    const isChecked = (of: ContractOperation) =>
      of.request === null ? "not described" : "described";
    if (isChecked(was) !== isChecked(is))
      drift.changed.push({ path: `${nameOf(was)} →`, was: isChecked(was), is: isChecked(is) });
  }
  const known = new Set(before.names);
  drift.added = after.names.filter((name) => !known.has(name)).slice(0, 100);
  return drift;
}

function compare(
  drift: ApiDrift,
  at: string,
  before: readonly ApiField[],
  after: readonly ApiField[],
): void {
  const now = new Map(after.map((field) => [field.path, field]));
  const then = new Map(before.map((field) => [field.path, field]));
  for (const [path, was] of then) {
    const is = now.get(path);
    if (!is) drift.gone.push(`${at} ${path}`);
    else if (saidOf(was) !== saidOf(is))
      drift.changed.push({ path: `${at} ${path}`, was: saidOf(was), is: saidOf(is) });
  }
  for (const [path, is] of now)
    if (!then.has(path))
      drift.changed.push({ path: `${at} ${path}`, was: "not there", is: saidOf(is) });
}

/** All that is asked of one field, in a line. */
export function saidOf({ type, required, max, choices }: ApiField): string {
  const parts = [type, ...(max === null ? [] : [`≤ ${max}`]), ...(required ? ["required"] : [])];
  return choices === null
    ? parts.join(", ")
    : `${parts.join(", ")}: ${[...choices].sort().join(" | ")}`;
}
