"use client";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { type FieldErrors, type Resolver, useForm } from "react-hook-form";
import { useFieldWords } from "#components/desk/connector-field";
import type { Refused } from "#components/desk/refusal-words";
import type { WithApiDocument } from "#lib/feed/api-document.schema";
import {
  type AddConnectorForm,
  addConnectorForm,
  type ChangeConnectorForm,
} from "#lib/feed/connector-setup.schema";
import type { ConnectorKind } from "#lib/feed/connectors/fields.rules";
import {
  type AnySecretName,
  secretMissing,
  secretNamesOf,
} from "#lib/feed/connectors/secrets.rules";
import { type FieldProblem, readTyped } from "#lib/feed/connectors/typed.rules";
import { addConnector, changeConnector, testConnector } from "#lib/feed/connectors.actions";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";

export type ConnectorTyped = {
  code: string;
  name: string;
  reason: string;
  typed: Record<string, string>;
  secrets: Record<string, string>;
};

/** What is there already, where it is changed; null: it is made. */
export type Existing = { id: string; was: string; has: readonly AnySecretName[] } | null;

const budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
const noAnswer = { ok: false, error: { code: "no_answer", params: {} } } as const;

export type SetUp = {
  kind: ConnectorKind;
  existing: Existing;
  initial: Omit<ConnectorTyped, "reason" | "secrets">;
};

/** The form's values, what is wrong with them, and the two things that are done with them. */
export function useConnectorSetUp({ kind, existing, initial }: SetUp) {
  const router = useRouter();
  const say = useFieldWords();
  const command = useRef(uuidv7());
  const apiDocument = useRef<WithApiDocument>(undefined);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const form = useForm<ConnectorTyped>({
    resolver: resolverOf(kind, existing, say),
    defaultValues: {
      ...initial,
      reason: "",
      secrets: Object.fromEntries(secretNamesOf(kind).map((name) => [name, ""])),
    },
    mode: "onTouched",
    // Some of them stand in a closed part; the list of what is wrong leads there.
    shouldFocusError: false,
  });
  const submit = form.handleSubmit(async (values) => {
    const result = await send(kind, existing, values, {
      command: command.current,
      apiDocument: apiDocument.current,
    }).catch((): Result<never, Refused> => noAnswer);
    if (!result.ok) {
      if (result.error.code !== "no_answer") command.current = uuidv7();
      setRefusal({ at: Date.now(), refused: result.error });
      return;
    }
    router.push(`/feed/connectors/${result.value.id}`);
    router.refresh();
  });
  const test = async () => {
    if (!(await form.trigger(["typed", "secrets"]))) return null;
    const { typed, secrets } = form.getValues();
    return testConnector({ connector: existing?.id ?? null, kind, typed, secrets }).catch(
      (): Result<never, Refused> => noAnswer,
    );
  };
  return { form, submit, test, refusal, apiDocument };
}

type With = { command: string; apiDocument: WithApiDocument };

function send(
  kind: ConnectorKind,
  existing: Existing,
  values: ConnectorTyped,
  { command, apiDocument }: With,
) {
  const { code, name, reason, typed, secrets } = values;
  return existing === null
    ? addConnector({
        command,
        kind,
        code,
        name,
        typed,
        secrets,
        apiDocument,
        reason,
      } satisfies AddConnectorForm)
    : changeConnector({
        command,
        connector: existing.id,
        was: existing.was,
        name,
        typed,
        secrets,
        apiDocument,
        reason,
      } satisfies ChangeConnectorForm);
}

type Say = ReturnType<typeof useFieldWords>;

/** The connector's own schema and expressions, in words at the field that they are about. */
function resolverOf(kind: ConnectorKind, existing: Existing, say: Say): Resolver<ConnectorTyped> {
  return async (values) => {
    const problems = await problemsOf(kind, existing, values);
    if (problems.length === 0) return { values, errors: {} };
    const errors: Record<string, unknown> = {};
    for (const problem of problems) {
      const [holder = "", member] = problem.key.split(".");
      const error = { type: problem.code, message: say.problem(problem) };
      if (member === undefined) errors[holder] = error;
      else errors[holder] = { ...(errors[holder] as object | undefined), [member]: error };
    }
    return { values: {}, errors: errors as FieldErrors<ConnectorTyped> };
  };
}

async function problemsOf(
  kind: ConnectorKind,
  existing: Existing,
  { code, name, reason, typed, secrets }: ConnectorTyped,
): Promise<FieldProblem[]> {
  const found: FieldProblem[] = [];
  const plain = addConnectorForm.safeParse({
    command: uuidv7(),
    kind,
    code: existing === null ? code : "there",
    name,
    typed,
    secrets,
    reason,
  });
  if (!plain.success)
    // Nothing typed is one thing that is wrong, whatever else it isn't.
    for (const { path, message, code: of } of plain.error.issues)
      if (!found.some(({ key }) => key === path.map(String).join(".")))
        found.push({
          key: path.map(String).join("."),
          code: of === "too_big" ? "too_long" : message,
          params: {},
        });
  const read = await readTyped(kind, typed, budget);
  if (!read.ok)
    return [...found, ...read.problems.map((one) => ({ ...one, key: `typed.${one.key}` }))];
  const missing = secretMissing(
    read.config,
    (secret) => (secrets[secret] ?? "") !== "" || (existing?.has ?? []).includes(secret),
  );
  if (missing !== null)
    found.push({ key: `secrets.${missing}`, code: "secret_needed", params: {} });
  return found;
}
