import { canonicalSha256 } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { CaseInForce } from "./flow.rules.ts";
import { type FlowPart, flowParts } from "./flow.schema.ts";
import {
  type ActName,
  actNames,
  acts,
  type CaseContent,
  type CaseForm,
  type CaseStep,
  caseContent,
  isExpectable,
  type Observation,
  stepsMax,
} from "./validation-cases.schema.ts";

const aStep = (
  act: ActName,
  says: string,
  expected: Observation = acts[act].expects[0],
): CaseStep => ({
  act,
  words: says,
  expected,
});
const aCase = (title: string, requirements: string[], ...steps: CaseStep[]): CaseContent => ({
  v: 1,
  title,
  requirements,
  inUse: true,
  steps,
});

/** What the product comes with: a plant changes any of them, and adds its own. */
export const shippedCases: Readonly<Record<string, CaseContent>> = {
  "real-events": aCase(
    "The last events of this plant fit the system",
    ["INT-01", "INT-02"],
    aStep("map", "Map the last events of this flow: codes, formats, field limits"),
    aStep("schema", "Compare a record of the system with what was learned of it"),
  ),
  create: aCase(
    "A record is made once and says what was sent",
    ["INT-03"],
    aStep("ask", "Ask the system a question that changes nothing"),
    aStep("create", "Make a test record and read it back"),
    aStep("look_up", "Look for its key"),
  ),
  update: aCase(
    "What happens later is told to the record",
    ["INT-04"],
    aStep("create", "Make a test record"),
    aStep("update", "Add a comment and read it back"),
  ),
  photo: aCase(
    "A photo arrives whole",
    ["INT-05"],
    aStep("create", "Make a test record"),
    aStep("attach", "Attach a photo and compare its size and hash"),
  ),
  duplicate: aCase(
    "The same message twice makes one record",
    ["INT-06"],
    aStep("create", "Make a test record"),
    aStep("create_again", "Send the same key again"),
    aStep("look_up", "Look for its key"),
  ),
  "lost-reply": aCase(
    "An answer that is lost makes no second record",
    ["INT-07"],
    aStep("lose_reply", "Make a test record and lose the answer"),
    aStep("look_up", "Look for its key after the settling time"),
    aStep("create_again", "Go on as a worker does: look before anything is made"),
  ),
  refusal: aCase(
    "What the system refuses waits for a person",
    ["INT-08"],
    aStep("refuse", "The system answers 422"),
  ),
  "auth-failure": aCase(
    "A refused credential stops the connector and loses nothing",
    ["INT-09"],
    aStep("wrong_credential", "Ask with a credential that is not ours"),
    aStep("ask", "Ask with ours"),
  ),
  "rate-limit": aCase(
    "Asked to wait, nothing is knocked at",
    ["INT-10"],
    aStep("too_many", "The system answers 429 with a time to wait"),
  ),
  "unmapped-code": aCase(
    "A code that nobody has mapped is parked with its name",
    ["INT-11"],
    aStep("unmapped_code", "Map an event with a code that is on no list"),
  ),
  "way-back": aCase(
    "Merged and void in the system are understood",
    ["INT-12", "INT-13"],
    aStep("create", "Make a test record"),
    aStep("merge", "Asked for it, the system answers with another record"),
    aStep("void", "Make it void there and read it"),
  ),
  publish: aCase(
    "An event reaches whoever listens, and a repeat is known as one",
    ["INT-14"],
    aStep("publish", "Send a test event"),
    aStep("publish_again", "Send the same event again"),
  ),
};

export type CaseVersion = { code: string; version: number; content: CaseContent; sha256: string };

/** The plant's last version of each case, and the product's where it has none. */
export function casesOf(own: readonly CaseVersion[]): CaseVersion[] {
  const latest = new Map<string, CaseVersion>(
    Object.entries(shippedCases).map(([code, content]) => [
      code,
      { code, version: 0, content, sha256: caseSha256(content) },
    ]),
  );
  for (const one of own.toSorted((a, b) => a.version - b.version)) latest.set(one.code, one);
  return [...latest.values()];
}

export const caseSha256 = (content: CaseContent): string => canonicalSha256(content);

/** Does it say anything about a system of this kind? */
export const isFor = ({ steps }: CaseContent, keepsRecords: boolean): boolean =>
  steps.some(({ act }) => isActFor(act, keepsRecords));

export const isActFor = (act: ActName, keepsRecords: boolean): boolean =>
  acts[act].of === "both" || (acts[act].of === "records") === keepsRecords;

/** The cases that a flow's validation rests on. */
export const inForce = (cases: readonly CaseVersion[], keepsRecords: boolean): CaseVersion[] =>
  cases.filter(({ content }) => content.inUse && isFor(content, keepsRecords));

export const touchedBy = ({ steps }: CaseContent): FlowPart[] => {
  const touched = new Set(steps.flatMap(({ act }) => acts[act].touches as readonly FlowPart[]));
  return flowParts.filter((part) => touched.has(part));
};

export const asInForce = ({ code, sha256, content }: CaseVersion): CaseInForce => ({
  code,
  sha256,
  touches: touchedBy(content),
});

export type CaseProblem = {
  line: number;
  problem: "step_unreadable" | "step_unknown" | "not_of_this_step";
};

/** One line for each step: `create = verified: Make a test record`. */
export function contentOfForm(form: CaseForm): Result<CaseContent, CaseProblem> {
  const lines = form.steps.split("\n").map((line) => line.trim());
  const steps: CaseStep[] = [];
  for (const [at, line] of lines.entries()) {
    if (line === "") continue;
    const [, act = "", expected = "", says = ""] =
      /^([a-z_]+)\s*=\s*([a-z_]+)\s*:\s*(.+)$/.exec(line) ?? [];
    const problem = (of: CaseProblem["problem"]) => err({ line: at + 1, problem: of });
    if (says === "" || steps.length >= stepsMax) return problem("step_unreadable");
    const name = actNames.find((one) => one === act);
    if (!name) return problem("step_unknown");
    if (!isExpectable(name, expected)) return problem("not_of_this_step");
    steps.push({ act: name, words: says.normalize("NFC"), expected: expected as Observation });
  }
  const read = caseContent.safeParse({
    v: 1,
    title: form.title,
    requirements: form.requirements.split(",").map((one) => one.trim()),
    inUse: form.inUse === "yes",
    steps,
  });
  return read.success ? ok(read.data) : err({ line: 0, problem: "step_unreadable" });
}

export const stepsAsTyped = ({ steps }: CaseContent): string =>
  steps.map(({ act, expected, words }) => `${act} = ${expected}: ${words}`).join("\n");
