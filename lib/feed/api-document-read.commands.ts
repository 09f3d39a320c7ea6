import "server-only";
import { inTransaction } from "#lib/db/client";
import { ok, type Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { recordEvents } from "#lib/record/commands";
import { documentAt } from "./api-document.commands.ts";
import type { ReadApiDocumentForm } from "./api-document.schema.ts";
import { connectorId } from "./connector.commands.ts";
import { keptSetUp } from "./connector.queries.ts";
import { type ConnectorRefusal, mayLetIn, refused, secretsFor } from "./connector-setup.rules.ts";
import { type BodyProblem, bodyProblems, unnamedIn } from "./connectors/openapi/check.rules.ts";
import { contractOf, nameOf, operationsUsed } from "./connectors/openapi/contract.rules.ts";
import type { ApiPart } from "./connectors/openapi/contract.schema.ts";
import type { ApiDocument, Operation } from "./connectors/openapi/document.rules.ts";
import { likelyOperations, proposed } from "./connectors/openapi/propose.rules.ts";
import { bareDraft, sampleDraft } from "./connectors/openapi/sample.rules.ts";
import { type ApiField, fieldsIn, ownSchema } from "./connectors/openapi/schemas.rules.ts";
import { presetOf } from "./connectors/presets.rules.ts";
import { budget } from "./connectors/rest/exchange.gateway.ts";
import { fitted } from "./connectors/rest/fitting.rules.ts";
import { type Codes, evaluate } from "./connectors/rest/mapping.rules.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { keepsRecords } from "./connectors/schema.ts";
import { readTyped } from "./connectors/typed.rules.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import type { NcrDraft } from "./schema.ts";

export type OperationShown = Pick<Operation, "method" | "path" | "summary"> & { name: string };

/** What a document says, for whoever sets up the connector: nothing of it is kept yet. */
export type ApiRead = {
  sha256: string;
  title: string;
  version: string;
  openapi: string;
  operations: OperationShown[];
  /** The operation of each part: what the mapping asks for already, else the likely one, or what was chosen. */
  chosen: Partial<Record<ApiPart, string>>;
  /** What the form would say with these. */
  proposed: Record<string, string>;
  /** What the request of making a record may have. */
  fields: ApiField[];
  /** Of the mapping as it is typed. Null: it isn't whole yet, or nothing in the document stands for it. */
  problems: BodyProblem[] | null;
  /** Parts of the mapping that the document knows no operation for. */
  unknown: ApiPart[];
  /** What it names of other documents, which nobody looks at. */
  outside: readonly string[];
};

const shownMax = 1_500;

export async function readApiDocument(
  actor: Actor,
  form: ReadApiDocumentForm,
): Promise<Result<ApiRead, ConnectorRefusal>> {
  const id = form.connector;
  const kept =
    id === null ? null : await inTransaction((tx) => keptSetUp(tx, actor, id), actor.site);
  if (id !== null && (!kept || !keepsRecords(kept.config))) return refused("connector_not_here");
  const reach = await reached(form.typed);
  const may = mayLetIn(kept?.config ?? null, reach, actor.roles);
  if (!may.ok) return may;
  // Whoever has typed none yet, or another address than the one that they were given to, is nobody there.
  const secrets = secretsFor(kept, reach, form.secrets);
  const secret = (secrets.ok && secrets.value.secret) || "";
  const asked = secret === "" ? { ...reach, auth: { kind: "none" as const } } : reach;
  const read = await documentAt({ config: asked, secret }, form);
  if (form.address !== null)
    await recordEvents(actor, {
      kind: "feed",
      stream: kept?.id ?? connectorId(actor.site, "not saved"),
      type: "connector.tested",
      body: { address: form.address.slice(0, 300), answered: read.ok ? "yes" : "no" },
    });
  if (!read.ok) return read;
  const { document, sha256 } = read.value;
  const typed = await readTyped("rest", form.typed, budget);
  const config = typed.ok && keepsRecords(typed.config) ? typed.config : null;
  const used = config ? await operationsUsed(config, document, budget) : new Map();
  const chosen = form.chosen ?? {
    ...likelyOperations(document),
    ...Object.fromEntries([...used].map(([part, of]) => [part, nameOf(of)])),
  };
  return ok({
    sha256,
    title: document.title,
    version: document.version,
    openapi: document.openapi,
    operations: document.operations
      .slice(0, shownMax)
      .map(({ method, path, summary }) => ({ method, path, summary, name: `${method} ${path}` })),
    chosen,
    proposed: proposed(document, chosen, (form.typed.baseUrl ?? "").trim()),
    fields: fieldsOfCreate(document, chosen.create),
    problems: config && (await problemsOf(actor, kept?.code ?? "", config, document, sha256)),
    unknown: config ? partsUnknown(config, used) : [],
    outside: document.outside,
  });
}

/** Where it is and who we are there, as far as that is typed; of the rest nothing is asked. */
async function reached(typed: Readonly<Record<string, string>>): Promise<RestConnectorConfig> {
  const usual = presetOf("qms-sandbox").typed;
  const reach = Object.fromEntries(
    ["baseUrl", "allow", "auth-kind", "auth-user", "auth-name", "headers"].flatMap((key) =>
      typed[key] === undefined ? [] : [[key, typed[key]]],
    ),
  );
  const session = Object.fromEntries(
    Object.entries(typed).filter(([key]) => key.startsWith("session-")),
  );
  const base = { ...usual, webhookSubject: "", baseUrl: "https://nowhere.invalid" };
  for (const said of [{ ...base, ...session, ...reach }, { ...base, ...reach }, base]) {
    const read = await readTyped("rest", said, budget);
    if (read.ok && keepsRecords(read.config)) return read.config;
  }
  throw new Error("the ready configuration can't be read");
}

function fieldsOfCreate({ operations, root, openapi }: ApiDocument, name: string | undefined) {
  const operation = operations.find((of) => nameOf(of) === name);
  const made = operation?.request ? ownSchema(root, operation.request, openapi) : null;
  return made?.ok ? fieldsIn(made.schema) : [];
}

/** What drafts become, the fullest and the barest, against what the document asks for. */
async function problemsOf(
  actor: Actor,
  connector: string,
  config: RestConnectorConfig,
  document: ApiDocument,
  sha256: string,
): Promise<BodyProblem[] | null> {
  const of = { sha256, readAt: new Date().toISOString(), address: null };
  const { operations } = await contractOf(config, document, of, budget);
  const { create: operation } = operations;
  if (!operation?.request) return null;
  const codes = lenient(bookAt({ site: actor.site, connector }, () => instant(Date.now())));
  const found: BodyProblem[] = [];
  for (const draft of [sampleDraft, bareDraft]) {
    const body = await bodyFrom(config, draft, codes);
    if (!body.ok) return null;
    const id = `${sha256} ${nameOf(operation)}`;
    for (const problem of [
      ...bodyProblems(id, operation.request, body.value),
      ...unnamedIn(id, operation.request, body.value),
    ])
      if (!found.some(({ code, field }) => code === problem.code && field === problem.field))
        found.push(problem);
  }
  return found;
}

async function bodyFrom(
  { create, envelope, fields }: RestConnectorConfig,
  draft: NcrDraft,
  codes: Codes,
) {
  const made = await evaluate(create.body, draft, { key: "buyoff:sample" }, budget, codes);
  if (!made.ok) return made;
  const fit = fitted(made.value, fields ?? []);
  const body = fit.ok ? fit.body : made.value;
  if (envelope === undefined) return { ok: true as const, value: body };
  return evaluate(envelope, body, { session: {}, secret: "", act: "create" }, budget);
}

/** A code that nobody has mapped stands for itself. */
const lenient = (book: Codes): Codes => ({
  find: async (kind, code) => {
    const found = await book.find(kind, code);
    const plain = { kind, code, how: "default", factor: null, addend: null, places: null } as const;
    return found.ok ? found : { ok: true, used: { ...plain, to: code, list: "", version: 0 } };
  },
  serials: async () => ({ ok: true, serials: ["SN-0001"] }),
});

const partsUnknown = (
  config: RestConnectorConfig,
  used: ReadonlyMap<ApiPart, Operation>,
): ApiPart[] =>
  (["create", "lookup", "readBack", "update", "attach", "withdraw", "changes"] as const).filter(
    (part) => config[part] && !used.has(part),
  );
