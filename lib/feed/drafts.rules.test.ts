import { describe, expect, test } from "vitest";
import { changedDraft, wordsIn } from "./drafts.rules.ts";
import type { ChangeDraftForm } from "./rules-forms.schema.ts";

const entry = { stream: "s", seq: 2, hash: "h" };
const capa = {
  v: 1,
  process: "CAPA_CANDIDATE",
  title: "Skipped again",
  event: "step.skipped",
  eventId: "e",
  entry,
  site: "NG1",
  unit: "FSB-0118",
  occurredAt: "2026-03-02T09:00:00.000Z",
  recordedAt: "2026-03-02T09:00:01.000Z",
  signal: "step.skipped",
  pattern: "P-1 010.2",
  detail: "no sealant",
};
const ncr = {
  v: 1,
  process: "NCR",
  title: "TRQ-01 Over high limit",
  entry,
  site: "NG1",
  order: "WO-1",
  part: { number: "P", revision: "A", name: "Part" },
  drawing: { number: "D", revision: "A" },
  unit: "FSB-0118",
  instruction: { number: "WI", revision: "03", sha256: "0" },
  operation: null,
  step: null,
  station: null,
  shift: null,
  reportedBy: { name: "Marisol Reyes", employeeNumber: "E-2041" },
  occurredAt: "t",
  recordedAt: "t",
  defect: {
    id: "d",
    code: "TRQ-01",
    label: "Over",
    severity: "major",
    quantity: "1",
    position: null,
    location: null,
    comment: "clicked twice",
  },
  balloon: null,
  characteristic: null,
  keyCharacteristic: null,
  requirement: "21.9 to 24.9",
  actual: "27.2",
  gage: null,
  link: "https://",
};
const said = (payload: Readonly<Record<string, unknown>>, change: Partial<ChangeDraftForm>) => {
  const nothing = {
    title: "",
    requirement: "",
    actual: "",
    expected: "",
    detail: "",
    because: "",
    location: "",
    remark: "",
  };
  const now = Object.fromEntries(wordsIn(payload).map(({ name, said }) => [name, said]));
  return { ...nothing, ...now, ...change };
};

describe("a draft with other words", () => {
  test("has the words that it had, and only those are asked for", () => {
    expect(wordsIn(capa)).toEqual([
      { name: "title", said: "Skipped again" },
      { name: "detail", said: "no sealant" },
    ]);
    expect(wordsIn(ncr).map(({ name }) => name)).toEqual([
      "title",
      "requirement",
      "actual",
      "location",
      "remark",
    ]);
  });

  test("differs in what was changed and in nothing else", () => {
    const made = changedDraft("NCR", ncr, said(ncr, { remark: "clicked three times" }));
    expect(made).toEqual({
      ok: true,
      value: {
        changed: ["remark"],
        payload: { ...ncr, defect: { ...ncr.defect, comment: "clicked three times" } },
      },
    });
    expect(ncr.defect.comment).toBe("clicked twice");
  });

  test("says nothing where a word was taken out, in the way of its process", () => {
    const [from, out] = [
      changedDraft("NCR", ncr, said(ncr, { actual: "" })),
      changedDraft("CAPA_CANDIDATE", capa, said(capa, { detail: "" })),
    ];
    expect(from).toMatchObject({ value: { payload: { actual: null } } });
    expect(out.ok && Object.keys(out.value.payload)).not.toContain("detail");
  });

  test("takes no word that the draft does not have", () => {
    expect(changedDraft("CAPA_CANDIDATE", capa, said(capa, { remark: "and this" }))).toEqual({
      ok: false,
      error: "nothing_changed",
    });
  });

  test("is refused where it would not be a document of its process any more", () => {
    expect(changedDraft("NCR", ncr, said(ncr, { title: "" }))).toEqual({
      ok: false,
      error: "payload_not_right",
    });
  });
});
