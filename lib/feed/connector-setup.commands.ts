import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { sha256Hex } from "#lib/kit/canonical";
import { ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import {
  contractAgain,
  documentChange,
  documentColumns,
  documentFor,
  type KeptDocument,
} from "./api-document.commands.ts";
import { connectorId, sealedSecrets } from "./connector.commands.ts";
import { keptSetUp } from "./connector.queries.ts";
import {
  type ConnectorRefusal,
  changesOf,
  fingerprintOf,
  mayLetIn,
  refused,
  type SetUp,
  secretsFor,
} from "./connector-setup.rules.ts";
import type {
  AddConnectorForm,
  ChangeConnectorForm,
  PauseConnectorForm,
} from "./connector-setup.schema.ts";
import { permittedAddress } from "./connectors/address.gateway.ts";
import type { ConnectorKind, Typed } from "./connectors/fields.rules.ts";
import type { ConnectorConfig } from "./connectors/schema.ts";
import { hostsOf } from "./connectors/secrets.rules.ts";
import { readTyped } from "./connectors/typed.rules.ts";

/** As the form reads it, again: nothing that a browser says is taken for checked. */
export async function configTyped(
  kind: ConnectorKind,
  typed: Typed,
): Promise<Result<ConnectorConfig, ConnectorRefusal>> {
  const budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
  const read = await readTyped(kind, typed, budget);
  if (read.ok) return ok(read.config);
  const [{ key = "", code = "" } = {}] = read.problems;
  return refused("connector_not_right", { field: key, problem: code });
}

/**
 * A private address that nobody has let in is refused before it is stored, and not first when something is sent.
 * A name that can't be resolved now is stored: it is looked at again before each connection.
 */
export async function addressLetIn(
  config: ConnectorConfig,
): Promise<Result<null, ConnectorRefusal>> {
  for (const host of hostsOf(config)) {
    const found = await permittedAddress(host, config.allow);
    if (!found.ok && found.isPrivate) return refused("connector_address_private", { host });
  }
  return ok(null);
}

/** A connector by configuration alone. Nothing is sent to it before a rule says so. */
export async function addConnector(
  actor: Actor,
  form: AddConnectorForm,
): Promise<Result<{ id: string }, ConnectorRefusal>> {
  const read = await configTyped(form.kind, form.typed);
  if (!read.ok) return read;
  const config = read.value;
  const id = connectorId(actor.site, form.code);
  const may = mayLetIn(null, config, actor.roles);
  if (!may.ok) return may;
  const secrets = secretsFor(null, config, form.secrets);
  if (!secrets.ok) return secrets;
  const address = await addressLetIn(config);
  if (!address.ok) return address;
  const document = await documentFor(config, secrets.value.secret ?? "", form.apiDocument);
  if (!document.ok) return document;
  const after: SetUp = { name: form.name, config, secrets: secrets.value };
  const stored = { ...storedOf(id, after), ...(document.value && documentColumns(document.value)) };
  return recorded(actor, async (tx) => {
    const { count } = await tx.connector.createMany({
      data: [{ id, siteId: actor.site, code: form.code, ...stored }],
      skipDuplicates: true,
    });
    if (count === 0) return refused("connector_there_already", { code: form.code });
    const event = saved(id, form.code, null, after, form.reason, changeOf(document.value));
    return ok({ value: { id }, events: [event] });
  });
}

/** Another configuration, of which the record keeps both sides. What waits goes by the new one. */
export async function changeConnector(
  actor: Actor,
  form: ChangeConnectorForm,
): Promise<Result<{ id: string }, ConnectorRefusal>> {
  const there = await inTransaction((tx) => keptSetUp(tx, actor, form.connector), actor.site);
  if (!there) return refused("connector_not_here");
  const read = await configTyped(there.config.kind, form.typed);
  if (!read.ok) return read;
  const config = read.value;
  // Names are resolved before anything is locked.
  const address = await addressLetIn(config);
  if (!address.ok) return address;
  const known = secretsFor(there, config, form.secrets);
  const document = await documentFor(
    config,
    (known.ok && known.value.secret) || "",
    form.apiDocument,
  );
  if (!document.ok) return document;
  return recorded(actor, async (tx) => {
    const kept = await lockedSetUp(tx, actor, form.connector);
    if (!kept || fingerprintOf(kept) !== form.was) return refused("connector_changed_meanwhile");
    const may = mayLetIn(kept.config, config, actor.roles);
    if (!may.ok) return may;
    const secrets = secretsFor(kept, config, form.secrets);
    if (!secrets.ok) return secrets;
    const after: SetUp = { name: form.name, config, secrets: secrets.value };
    const isSame = Object.keys(changesOf(kept, after)).length === 0;
    if (isSame && !document.value) return refused("connector_unchanged");
    // Another mapping sees other members: what was learned with the old one says nothing any more.
    const unlearned = isSame ? {} : { schemaSample: Prisma.DbNull, schemaCheck: Prisma.DbNull };
    const contract = document.value ? null : await contractAgain(tx, kept.id, config);
    const told = document.value
      ? documentColumns(document.value)
      : contract && { apiContract: contract as Prisma.InputJsonValue, apiCheck: Prisma.DbNull };
    await tx.connector.update({
      where: { id: kept.id },
      data: { ...storedOf(kept.id, after), ...unlearned, ...told },
      select: { id: true },
    });
    return ok({
      value: { id: kept.id },
      events: [saved(kept.id, kept.code, kept, after, form.reason, changeOf(document.value))],
    });
  });
}

/** Nothing more is sent or asked until somebody resumes it; what comes meanwhile waits in its order. */
export function pauseConnector(
  actor: Actor,
  form: PauseConnectorForm,
): Promise<Result<null, ConnectorRefusal>> {
  return switched(actor, form, {
    from: "active",
    otherwise: "connector_paused_already",
    to: { status: "paused", statusNote: form.reason.slice(0, 300) },
    type: "connector.paused",
  });
}

/** After its cause has been put right: what waited goes on where it was, with the attempts it had. */
export function resumeConnector(
  actor: Actor,
  form: PauseConnectorForm,
): Promise<Result<null, ConnectorRefusal>> {
  return switched(actor, form, {
    from: "paused",
    otherwise: "connector_not_paused",
    to: { status: "active", statusNote: null, pausedUntil: null },
    type: "connector.resumed",
  });
}

type Switch = {
  from: string;
  otherwise: ConnectorRefusal["code"];
  to: { status: string; statusNote: string | null; pausedUntil?: null };
  type: Happening["type"];
};

function switched(actor: Actor, { connector, reason }: PauseConnectorForm, to: Switch) {
  return recorded(actor, async (tx): Promise<Result<Done, ConnectorRefusal>> => {
    const where = { id: connector, siteId: actor.site };
    const found = await tx.connector.findFirst({ where, select: { code: true } });
    if (!found) return refused("connector_not_here");
    const { count } = await tx.connector.updateMany({
      where: { ...where, status: to.from },
      data: to.to,
    });
    if (count === 0) return refused(to.otherwise);
    const body = { code: found.code, reason: sha256Hex(reason) };
    const event = { kind: "feed", stream: connector, type: to.type, body } as const;
    return ok({ value: null, events: [{ ...event, texts: [reason] }] });
  });
}

type Done = { value: null; events: Happening[] };

const storedOf = (id: string, { name, config, secrets }: SetUp) => ({
  name,
  config,
  ...sealedSecrets(id, config, secrets),
});

async function lockedSetUp(tx: Tx, actor: Actor, id: string) {
  await tx.$queryRaw`select id from connectors where id = ${id}::uuid for update`;
  return keptSetUp(tx, actor, id);
}

const changeOf = (document: KeptDocument | null) =>
  document === null ? {} : documentChange(null, document.contract);

function saved(
  id: string,
  code: string,
  before: SetUp | null,
  after: SetUp,
  reason: string,
  document: ReturnType<typeof changeOf>,
): Happening {
  const body = {
    code,
    name: after.name,
    configSha256: fingerprintOf(after),
    changes: { ...changesOf(before, after), ...document },
    reason: sha256Hex(reason),
  };
  return { kind: "feed", stream: id, type: "connector.saved", body, texts: [reason] };
}
