import * as z from "zod/mini";
import { command, id, secret, sha256 } from "#lib/plant/fields.schema";
import { type Fingerprint, type RunMode, runModes } from "./flow.schema.ts";
import { type FeedProcess, feedProcesses } from "./processes.schema.ts";
import { actNames, type CaseContent, caseCode, observations } from "./validation-cases.schema.ts";

/** One exchange as it was, without the secret, each side with its hash. */
export const evidence = z.object({
  request: z.string(),
  requestSha256: sha256,
  response: z.nullable(z.string()),
  responseSha256: z.nullable(sha256),
  classification: z.string(),
});
export type Evidence = z.output<typeof evidence>;

/** Why a step was not carried out. */
const reasonsNotRun = [
  "in_shadow",
  "no_events",
  "not_learned",
  "no_withdraw",
  "no_search",
  "no_record",
  "no_credential",
  "no_codes",
  "not_of_this_system",
] as const;

/** done: in the system; checked: here, nothing sent; put_in: the answer came from the run and not from the system. */
const howFound = ["done", "checked", "put_in"] as const;
const verdicts = ["passed", "failed", "not_run"] as const;

export const stepFound = z.object({
  act: z.enum(actNames),
  words: z.string(),
  expected: z.enum(observations),
  observed: z.nullable(z.enum(observations)),
  verdict: z.enum(verdicts),
  how: z.nullable(z.enum(howFound)),
  why: z.nullable(z.enum(reasonsNotRun)),
  says: z.string(),
  at: z.string(),
  evidence: z.array(evidence),
});
export type StepFound = z.output<typeof stepFound>;

/** A record that a case made there, and what became of it. */
export const testRecord = z.object({
  number: z.string(),
  externalId: z.string(),
  became: z.enum(["void", "left"]),
});
export type TestRecord = z.output<typeof testRecord>;

export const caseFound = z.object({ steps: z.array(stepFound), records: z.array(testRecord) });
export type CaseSteps = z.output<typeof caseFound>;

export type CaseOutcome = (typeof verdicts)[number];

/** A run as its room and its report show it. */
export type ValidationShown = {
  id: string;
  connector: { id: string; name: string; code: string };
  process: FeedProcess;
  mode: RunMode;
  state: "waiting" | "running" | "done" | "failed";
  cases: string[];
  askedBy: string | null;
  askedById: string | null;
  askedAt: Date;
  endedAt: Date | null;
  note: string | null;
  passed: number;
  failed: number;
  notRun: number;
  fingerprint: Fingerprint | null;
  resultSha256: string | null;
  signed: { by: string; at: Date; meaning: string } | null;
};

/** What one case of it found, with the case as it was. */
export type ResultShown = CaseSteps & {
  code: string;
  version: number;
  sha256: string;
  content: CaseContent;
  outcome: CaseOutcome;
};

/** A flow as a form names it: the connector's id and the process. */
const flow = z.string().check(
  z.refine((text) => {
    const [connector = "", process = ""] = text.split("/");
    return id.safeParse(connector).success && feedProcesses.some((one) => one === process);
  }, "needed"),
);

export const startForm = z.object({
  command,
  flow,
  mode: z.enum(runModes, "needed"),
  /** all, affected (those that what has changed touches), or the code of one. */
  which: z.union([z.enum(["all", "affected"]), caseCode], "needed"),
});
export type StartForm = z.output<typeof startForm>;

export const signForm = z.object({
  command,
  run: id,
  /** Of exactly what was shown. */
  resultSha256: sha256,
  badge: secret,
  pin: secret,
});
export type SignForm = z.output<typeof signForm>;

export type ValidationRefusal = {
  code:
    | "flow_unknown"
    | "validation_running"
    | "validation_no_case"
    | "validation_unknown"
    | "validation_not_done"
    | "validation_has_failed"
    | "validation_signed"
    | "validation_own"
    | "validation_moved"
    | "validation_differs"
    | "case_moved"
    | "case_step_wrong"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
