import type { Role } from "#lib/instructions/schema";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { ConnectorConfig } from "./connectors/schema.ts";
import {
  type AnySecretName,
  destinationOf,
  secretMissing,
  secretsWanted,
} from "./connectors/secrets.rules.ts";
import { typedOf } from "./connectors/typed.rules.ts";

export type ConnectorRefusal = {
  code:
    | "connector_there_already"
    | "connector_not_here"
    | "connector_changed_meanwhile"
    | "connector_unchanged"
    | "connector_not_right"
    | "connector_address_private"
    | "private_host_for_administrator"
    | "secret_needed"
    | "secret_needed_again"
    | "connector_keeps_no_records"
    | "connector_no_sample"
    | "connector_record_unread"
    | "connector_paused_already"
    | "connector_not_paused"
    | "api_document_unread"
    | "api_document_unreadable"
    | "api_document_broken"
    | "api_document_too_large"
    | "api_document_other_version"
    | "api_document_no_operations"
    | "api_document_webhooks_only"
    | "api_document_in_parts"
    | "api_document_changed";
  params: Readonly<Record<string, string>>;
};

export type Secrets = Readonly<Partial<Record<AnySecretName, string>>>;
/** A connector as somebody wants it, or as it is. */
export type SetUp = { name: string; config: ConnectorConfig; secrets: Secrets };

export const refused = (
  code: ConnectorRefusal["code"],
  params: ConnectorRefusal["params"] = {},
): Result<never, ConnectorRefusal> => err<ConnectorRefusal>({ code, params });

/** The same text for the same configuration, by which a form knows what it was opened on. */
export const fingerprintOf = ({ name, config }: Pick<SetUp, "name" | "config">): string =>
  canonicalSha256({ name, kind: config.kind, typed: typedOf(config) } as Canonical);

/** Hosts in the plant's own network are let in by an administrator, whoever else sets up connectors. */
export function mayLetIn(
  before: ConnectorConfig | null,
  after: ConnectorConfig,
  roles: readonly Role[],
): Result<null, ConnectorRefusal> {
  const known = new Set(before?.allow ?? []);
  const more = after.allow.filter((host) => !known.has(host));
  return more.length === 0 || roles.includes("administrator")
    ? ok(null)
    : refused("private_host_for_administrator", { host: more.join(", ") });
}

/** The secrets that it will have: what is typed, else what is kept, unless they would go to somebody else. */
export function secretsFor(
  before: Pick<SetUp, "config" | "secrets"> | null,
  after: ConnectorConfig,
  typed: Secrets,
): Result<Secrets, ConnectorRefusal> {
  const isSamePlace = before !== null && destinationOf(before.config) === destinationOf(after);
  const found: Partial<Record<AnySecretName, string>> = {};
  for (const { name } of secretsWanted(after)) {
    const given = typed[name] ?? "";
    const kept = before?.secrets[name] ?? "";
    if (given !== "") found[name] = given;
    else if (kept !== "" && (isSamePlace || name === "webhookSecret")) found[name] = kept;
    else if (kept !== "") return refused("secret_needed_again", { secret: name });
  }
  const missing = secretMissing(after, (name) => (found[name] ?? "") !== "");
  return missing === null ? ok(found) : refused("secret_needed", { secret: missing });
}

export type Changes = Readonly<Record<string, { before: string | null; after: string | null }>>;

const mask = "•••";

/** Member by member, as it is typed; of a secret that there is one, and never which. */
export function changesOf(before: SetUp | null, after: SetUp): Changes {
  const was = before ? { name: before.name, ...typedOf(before.config) } : {};
  const is: Record<string, string> = { name: after.name, ...typedOf(after.config) };
  const changes: Record<string, { before: string | null; after: string | null }> = {};
  for (const key of [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()) {
    const [old, next] = [(was as Record<string, string>)[key] ?? "", is[key] ?? ""];
    if (old !== next) changes[key] = { before: old || null, after: next || null };
  }
  const names = new Set([...Object.keys(before?.secrets ?? {}), ...Object.keys(after.secrets)]);
  for (const name of [...names].sort() as AnySecretName[]) {
    const [old, next] = [before?.secrets[name], after.secrets[name]];
    if (old !== next)
      changes[`secret-${name}`] = { before: old ? mask : null, after: next ? mask : null };
  }
  return changes;
}
