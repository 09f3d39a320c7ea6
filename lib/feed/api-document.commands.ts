import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { sha256Hex } from "#lib/kit/canonical";
import { ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recordEvents } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import type {
  ApproveApiDocumentForm,
  CheckApiDocumentForm,
  WithApiDocument,
} from "./api-document.schema.ts";
import { keptSetUp } from "./connector.queries.ts";
import { type ConnectorRefusal, fingerprintOf, refused } from "./connector-setup.rules.ts";
import { apiDriftOf, contractOf } from "./connectors/openapi/contract.rules.ts";
import {
  type ApiCheck,
  type ApiContract,
  apiCheck,
  apiContract,
} from "./connectors/openapi/contract.schema.ts";
import { fetchDocument } from "./connectors/openapi/document.gateway.ts";
import {
  type ApiDocument,
  type ReadDocument,
  readDocument,
} from "./connectors/openapi/document.rules.ts";
import { budget } from "./connectors/rest/exchange.gateway.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { type ConnectorConfig, keepsRecords } from "./connectors/schema.ts";

type Refusing<T> = Promise<Result<T, ConnectorRefusal>>;
export type DocumentAt = { text: string; sha256: string; document: ApiDocument };
type Given = { address: string | null; text: string | null };

/** The document that somebody names or gives, read. */
export async function documentAt(
  target: { config: RestConnectorConfig; secret: string },
  { address, text }: Given,
): Refusing<DocumentAt> {
  let whole = text;
  if (address !== null) {
    const fetched = await fetchDocument(target, address);
    if (!fetched.ok) return refused("api_document_unread", { answer: fetched.problem });
    whole = fetched.text;
  }
  if (whole === null) return refused("api_document_unreadable");
  // PostgreSQL keeps no NUL in a text, and no document has one for a reason.
  const kept = whole.replaceAll("\0", "");
  const read = readDocument(kept, address);
  if (!read.ok) return unreadable(read);
  return ok({ text: kept, sha256: sha256Hex(kept), document: read.document });
}

const unreadable = ({ problem, line }: Extract<ReadDocument, { ok: false }>) =>
  line === null ? refused(problem) : refused("api_document_broken", { line: String(line) });

export type KeptDocument = { text: string; contract: ApiContract };

/** The document that is saved with a connector: the one that was looked at, or none. */
export async function documentFor(
  config: ConnectorConfig,
  secret: string,
  given: WithApiDocument,
): Refusing<KeptDocument | null> {
  if (given === undefined || !keepsRecords(config)) return ok(null);
  const read = await documentAt({ config, secret }, given);
  if (!read.ok) return read;
  if (read.value.sha256 !== given.sha256) return refused("api_document_changed");
  const { text, sha256, document } = read.value;
  const of = { sha256, readAt: new Date().toISOString(), address: given.address };
  return ok({ text, contract: await contractOf(config, document, of, budget) });
}

/** The approved document says of another configuration something else: what it uses of it is found anew. */
export async function contractAgain(
  tx: Tx,
  connector: string,
  config: ConnectorConfig,
): Promise<ApiContract | null> {
  const row = await tx.connector.findUnique({
    where: { id: connector },
    select: { apiDocument: true, apiContract: true },
  });
  const before = apiContract.safeParse(row?.apiContract);
  if (!row?.apiDocument || !before.success || !keepsRecords(config)) return null;
  const read = readDocument(row.apiDocument);
  return read.ok ? contractOf(config, read.document, before.data, budget) : null;
}

/** What of a connector's row belongs to its document: both at once, or neither. */
export const documentColumns = (kept: KeptDocument) => ({
  apiDocument: kept.text,
  apiContract: kept.contract as Prisma.InputJsonValue,
  apiCheck: Prisma.DbNull,
  apiDocumentSeen: null,
});

async function approvedOf(actor: Actor, connector: string) {
  return inTransaction(async (tx) => {
    const kept = await keptSetUp(tx, actor, connector);
    const row = await tx.connector.findFirst({
      where: { id: connector, siteId: actor.site },
      select: { apiContract: true, apiCheck: true, apiDocumentSeen: true },
    });
    const contract = apiContract.safeParse(row?.apiContract);
    const check = apiCheck.safeParse(row?.apiCheck);
    return {
      kept,
      seen: row?.apiDocumentSeen ?? null,
      seenAt: check.success ? check.data.address : null,
      contract: contract.success ? contract.data : null,
    };
  }, actor.site);
}

/** Compares the document as it is now with the one that was approved. Changes nothing but what was found. */
export async function checkApiDocument(
  actor: Actor,
  form: CheckApiDocumentForm,
): Refusing<ApiCheck> {
  const { kept, contract } = await approvedOf(actor, form.connector);
  if (!kept) return refused("connector_not_here");
  const { config } = kept;
  if (!keepsRecords(config)) return refused("connector_keeps_no_records");
  const address = form.text === null ? (form.address ?? contract?.address ?? null) : null;
  const target = { config, secret: kept.secrets.secret ?? "" };
  const read = await documentAt(target, { address, text: form.text });
  if (address !== null)
    await recordEvents(actor, {
      kind: "feed",
      stream: kept.id,
      type: "connector.tested",
      body: { address: address.slice(0, 300), answered: read.ok ? "yes" : "no" },
    });
  // Where nothing was approved yet, a document that can't be read is nobody's news.
  if (!read.ok && (contract === null || form.text !== null)) return read;
  const at = new Date().toISOString();
  let check: ApiCheck = {
    at,
    address,
    sha256: "",
    gone: [],
    changed: [],
    added: [],
    problem: null,
  };
  if (!read.ok) check.problem = [read.error.code, ...Object.values(read.error.params)].join(": ");
  else {
    const of = { sha256: read.value.sha256, readAt: at, address };
    const after = await contractOf(config, read.value.document, of, budget);
    check = { ...check, sha256: of.sha256, ...(contract && apiDriftOf(contract, after)) };
  }
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from connectors where id = ${kept.id}::uuid for update`;
    const now = await keptSetUp(tx, actor, kept.id);
    if (!now || fingerprintOf(now) !== fingerprintOf(kept))
      return refused("connector_changed_meanwhile");
    await tx.connector.update({
      where: { id: kept.id },
      data: { apiCheck: check, apiDocumentSeen: read.ok ? read.value.text : null },
      select: { id: true },
    });
    const body = {
      code: kept.code,
      record: address ?? "OpenAPI",
      learned: contract === null,
      gone: check.gone.join(", ").slice(0, 4_000) || null,
      retyped:
        check.changed
          .map(({ path, was, is }) => `${path}: ${was} → ${is}`)
          .join(", ")
          .slice(0, 4_000) || null,
      problem: check.problem,
    };
    return ok({
      value: check,
      events: [{ kind: "feed", stream: kept.id, type: "connector.schema_checked", body }],
    });
  });
}

/** From now on mappings are checked against the document that the last look found. */
export async function approveApiDocument(
  actor: Actor,
  form: ApproveApiDocumentForm,
): Refusing<null> {
  const { kept, seen, seenAt, contract } = await approvedOf(actor, form.connector);
  if (!kept) return refused("connector_not_here");
  const { config } = kept;
  if (!keepsRecords(config)) return refused("connector_keeps_no_records");
  if (seen === null || sha256Hex(seen) !== form.sha256) return refused("api_document_changed");
  const read = readDocument(seen);
  if (!read.ok) return unreadable(read);
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from connectors where id = ${kept.id}::uuid for update`;
    const now = await keptSetUp(tx, actor, kept.id);
    if (!now || fingerprintOf(now) !== fingerprintOf(kept))
      return refused("connector_changed_meanwhile");
    const of = {
      sha256: form.sha256,
      readAt: new Date().toISOString(),
      address: seenAt,
    };
    const next = await contractOf(config, read.document, of, budget);
    await tx.connector.update({
      where: { id: kept.id },
      data: documentColumns({ text: seen, contract: next }),
      select: { id: true },
    });
    const body = {
      code: kept.code,
      name: now.name,
      configSha256: fingerprintOf(now),
      changes: documentChange(contract, next),
      reason: sha256Hex(form.reason),
    };
    const event = { kind: "feed", stream: kept.id, type: "connector.saved", body } as const;
    return ok({ value: null, events: [{ ...event, texts: [form.reason] }] });
  });
}

/** As a change of the connector reads it: title, version and what tells two of one version apart. */
export const documentChange = (before: ApiContract | null, after: ApiContract | null) => {
  const said = (of: ApiContract | null) =>
    of && `${of.title} ${of.version} (${of.sha256.slice(0, 12)})`.trim();
  return { apiDocument: { before: said(before), after: said(after) } };
};
