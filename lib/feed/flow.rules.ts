import { sha256Hex } from "#lib/kit/canonical";
import type { SchemaCheck, SchemaSample } from "./connector-schema.schema.ts";
import { isDrift } from "./connector-schema.schema.ts";
import { type ConnectorKind, fieldsOf } from "./connectors/fields.rules.ts";
import {
  type ApiCheck,
  type ApiContract,
  isApiDrift,
} from "./connectors/openapi/contract.schema.ts";
import {
  type Fingerprint,
  type FlowPart,
  flowParts,
  type RunMode,
  type Validation,
} from "./flow.schema.ts";

/** Everything that decides what a process's events become in a system. No name, no state, no secret. */
export type FlowConfiguration = {
  /** The rules in force that lead there. */
  rules: readonly { code: string; version: number; contentSha256: string }[];
  config: Readonly<Record<string, unknown>> & { kind: ConnectorKind };
  /** The lists that can be asked for a code, each with its version. */
  crosswalks: readonly { id: string; version: number }[];
  sample: SchemaSample | null;
  check: SchemaCheck | null;
  /** Their API's document, where one was approved, and what a later look at it found. */
  contract: ApiContract | null;
  contractCheck: ApiCheck | null;
};

/** One hash for each part. A look at the target that finds it as it was learned changes nothing. */
export function fingerprintOf(of: FlowConfiguration): Fingerprint {
  const mapping = mappingMembers(of.config.kind);
  const members = Object.entries(of.config);
  const drift = of.check && isDrift(of.check) ? of.check : null;
  const moved = of.contractCheck && isApiDrift(of.contractCheck) ? of.contractCheck : null;
  return {
    rule: hashOf(
      sorted(of.rules.map(({ code, version, contentSha256 }) => [code, version, contentSha256])),
    ),
    connector: hashOf(Object.fromEntries(members.filter(([name]) => !mapping.has(name)))),
    mapping: hashOf(Object.fromEntries(members.filter(([name]) => mapping.has(name)))),
    crosswalks: hashOf(sorted(of.crosswalks.map(({ id, version }) => [id, version]))),
    schema: hashOf({
      learned: of.sample?.shape ?? null,
      drift: drift && { gone: drift.gone, changed: drift.changed, problem: drift.problem },
      // Of a connector without one nothing is said: what was signed before there were any stands.
      document: of.contract ? of.contract.operations : undefined,
      moved: moved
        ? { gone: moved.gone, changed: moved.changed, problem: moved.problem }
        : undefined,
    }),
  };
}

/** The members of a configuration that say what becomes of a message's content, by the form that asks for them. */
const mappingMembers = (kind: ConnectorKind): ReadonlySet<string> =>
  new Set(
    fieldsOf(kind).flatMap(({ section, key }) =>
      section === "mapping" ? [key.split("-")[0] ?? key] : [],
    ),
  );

const sorted = (rows: readonly (readonly (string | number)[])[]) =>
  rows.map((row) => JSON.stringify(row)).toSorted();

/** The same for the same members, in whatever order the database keeps them. */
export const hashOf = (value: unknown): string => sha256Hex(stable(value));
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stable(member)}`).join(",")}}`;
}

export const flowSha256 = (of: Fingerprint): string =>
  sha256Hex(flowParts.map((part) => of[part]).join(" "));

/** A test case as it is in force, and what of the configuration it says something about. */
export type CaseInForce = { code: string; sha256: string; touches: readonly FlowPart[] };

/** What a signed run said of a case: the last one of each. */
export type SignedCase = {
  code: string;
  sha256: string;
  run: string;
  mode: RunMode;
  signedAt: string;
  fingerprint: Fingerprint;
};

export type FlowStand = {
  validation: Validation;
  /** The parts that are not as any signed run knows them. */
  changed: FlowPart[];
  /** The cases to be run again, or for the first time. */
  affected: string[];
  /** The signed run that says most lately that it was validated; null: none does. */
  run: string | null;
  signedAt: string | null;
  /** Live where each case was; null: never validated. */
  mode: RunMode | null;
};

/**
 * A flow is validated while a signed run says so of each case in force, of that very case and of each part that it
 * touches. A part that no case touches is touched by all of them: nothing changes unnoticed.
 */
export function standOf(
  now: Fingerprint,
  cases: readonly CaseInForce[],
  signed: readonly SignedCase[],
): FlowStand {
  const last = [...signed].sort((a, b) => (a.signedAt < b.signedAt ? 1 : -1))[0];
  if (!last)
    return {
      validation: "never",
      changed: [],
      affected: cases.map(({ code }) => code),
      run: null,
      signedAt: null,
      mode: null,
    };
  const untouched = flowParts.filter(
    (part) => !cases.some(({ touches }) => touches.includes(part)),
  );
  const touchedBy = (of: CaseInForce) => [...of.touches, ...untouched];
  const isHeld = (of: CaseInForce) => {
    const known = signed.find(({ code }) => code === of.code);
    if (known?.sha256 !== of.sha256) return false;
    return touchedBy(of).every((part) => known.fingerprint[part] === now[part]);
  };
  const affected = cases.filter((of) => !isHeld(of)).map(({ code }) => code);
  const changed = flowParts.filter((part) =>
    cases.some((of) => {
      const known = signed.find(({ code }) => code === of.code);
      return known && touchedBy(of).includes(part) && known.fingerprint[part] !== now[part];
    }),
  );
  const own = signed.filter(({ code }) => cases.some((of) => of.code === code));
  return {
    validation: affected.length === 0 && cases.length > 0 ? "validated" : "changed",
    changed,
    affected,
    run: last.run,
    signedAt: last.signedAt,
    mode: own.every(({ mode }) => mode === "live") ? "live" : "shadow",
  };
}

type SentBy = {
  connector: { id: string };
  process: string;
  sentOn: { validation: Validation } | null;
};
type Stands = { connector: string; process: string; now: Pick<FlowStand, "validation"> };

/** What a message went by; of one that has not been sent, what its flow is now. */
export function validationOf(message: SentBy, flows: readonly Stands[]): Validation {
  const flow = flows.find(
    ({ connector, process }) => connector === message.connector.id && process === message.process,
  );
  return message.sentOn?.validation ?? flow?.now.validation ?? "never";
}
