import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { documentOf } from "./documents.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { ChangeDraftForm } from "./rules-forms.schema.ts";

/** Words of a draft that quality may put otherwise. What it is about, and every code and value in it, stays. */
const places = {
  title: ["title"],
  requirement: ["requirement"],
  actual: ["actual"],
  expected: ["expected"],
  detail: ["detail"],
  because: ["reason"],
  location: ["defect", "location"],
  remark: ["defect", "comment"],
} as const satisfies Partial<Record<keyof ChangeDraftForm, readonly string[]>>;
export type DraftWord = keyof typeof places;

type Payload = Readonly<Record<string, unknown>>;

const at = (payload: Payload, [first = "", second]: readonly string[]): unknown => {
  const outer = payload[first];
  return second === undefined ? outer : ((outer ?? {}) as Payload)[second];
};

/** Those that a draft has, with what they say; nothing said is empty. */
export function wordsIn(payload: Payload): { name: DraftWord; said: string }[] {
  return (Object.keys(places) as DraftWord[]).flatMap((name) => {
    const said = at(payload, places[name]);
    if (said !== null && typeof said !== "string") return [];
    return [{ name, said: said ?? "" }];
  });
}

/** The draft with other words, and which of them are others. */
export function changedDraft(
  process: FeedProcess,
  payload: Payload,
  form: Readonly<Record<DraftWord, string>>,
): Result<{ payload: Payload; changed: DraftWord[] }, "nothing_changed" | "payload_not_right"> {
  const changed = wordsIn(payload).filter(({ name, said }) => form[name] !== said);
  if (changed.length === 0) return err("nothing_changed");
  const next = JSON.parse(canonicalJson(payload as Canonical)) as Record<string, unknown>;
  for (const { name } of changed) {
    const [first, second]: readonly string[] = places[name];
    if (first === undefined) continue;
    const inner = second === undefined ? next : (next[first] as Record<string, unknown>);
    // An NCR says that there is nothing; the others leave it out.
    if (form[name] !== "") inner[second ?? first] = form[name];
    else if (process === "NCR") inner[second ?? first] = null;
    else delete inner[second ?? first];
  }
  const isRight = process !== "EVENTS" && documentOf[process].safeParse(next).success;
  return isRight
    ? ok({ payload: next, changed: changed.map(({ name }) => name) })
    : err("payload_not_right");
}
