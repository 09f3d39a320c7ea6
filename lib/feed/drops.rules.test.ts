import { expect, test } from "vitest";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import {
  contentSha256,
  endedBy,
  folderName,
  readingRow,
  readingsHeading,
  stretched,
  toldText,
  untold,
} from "./drops.rules.ts";
import { type DropContent, dropForm } from "./drops.schema.ts";

const content: DropContent = {
  kind: "buyoff-evidence-batch",
  source: "https://buyoff.northgate.example",
  site: { id: "0197a000-0000-7000-8000-000000000001", code: "NG1" },
  range: { from: "2026-03-01T06:00:00.000Z", to: "2026-03-02T06:00:00.000Z" },
  scope: { order: null, part: null },
  discloses: "words",
  counts: {
    entries: 2,
    streams: 1,
    events: 2,
    readings: 0,
    attachments: 0,
    missing: 0,
    unreadable: 0,
  },
  files: [{ name: "entries.jsonl", mediaType: "application/jsonl", bytes: 9, sha256: "a" }],
  missing: [],
};

test("the same content has the same name, another one has another, and no order leads out of its folder", () => {
  const name = folderName(content);
  expect(name).toBe(`NG1_20260301T060000Z_20260302T060000Z_${contentSha256(content).slice(0, 16)}`);
  expect(folderName(structuredClone(content))).toBe(name);
  const [file] = content.files;
  if (!file) throw new Error("no file");
  expect(folderName({ ...content, files: [{ ...file, sha256: "b" }] })).not.toBe(name);
  const odd = folderName({ ...content, scope: { order: "../../etc/WO 1", part: "A/B" } });
  expect(odd).toMatch(/^[A-Za-z0-9_-]+$/);
});

const measured = (change: object) =>
  ({
    specversion: "1.0",
    id: "0197a000-0000-7000-8000-00000000000e",
    type: "dev.buyoff.measurement.recorded.v1",
    time: "2026-03-01T08:00:00.000Z",
    recordedtime: "2026-03-01T08:00:01.000Z",
    data: {
      context: {
        order: { orderId: "WO-1" },
        units: [{ travelerId: "t", serial: "FSB-1" }],
        integrity: { stream: "s", seq: 2, eventHash: "h" },
      },
      readingId: "r",
      field: { fieldId: "f", label: "Torque" },
      position: "3",
      sample: 1,
      value: "-0.5",
      limits: { min: "-1.0", max: "1.0" },
      verdict: "within_limits",
      ...change,
    },
  }) as unknown as CloudEvent;

test("a reading is a row with its limits; no cell is a formula, and a number keeps its sign", () => {
  const cells = (row: string | null) => row?.trimEnd().split(",") ?? [];
  const heading = cells(readingsHeading);
  const row = cells(readingRow(measured({})));
  const at = (name: string, of = row) => of[heading.indexOf(name)];
  expect(row).toHaveLength(heading.length);
  expect([at("order"), at("unit"), at("value"), at("min"), at("verdict")]).toEqual([
    "WO-1",
    "FSB-1",
    "-0.5",
    "-1.0",
    "within_limits",
  ]);
  const formula = measured({ field: { fieldId: "f", label: '=HYPERLINK("x";A1)' } });
  expect(readingRow(formula)).toContain('"\'=HYPERLINK(""x"";A1)"');
  const other = { ...measured({}), type: "dev.buyoff.step.started.v1" } as CloudEvent;
  expect(readingRow(other)).toBeNull();
});

test("a stretch of a stream goes from its first entry to its last, in whatever order they come", () => {
  const of = (seq: number) => ({
    stream: "s",
    kind: "traveler",
    seq,
    prev: seq === 1 ? null : `h${seq - 1}`,
    hash: `h${seq}`,
  });
  const all = (order: number[]) =>
    order.reduce<ReturnType<typeof stretched> | undefined>(
      (known, seq) => stretched(known, of(seq)),
      undefined,
    );
  const whole = { from: 4, to: 6, entries: 3, prev: "h3", head: "h6" };
  expect(all([4, 5, 6])).toMatchObject(whole);
  expect(all([5, 6, 4])).toMatchObject(whole);
  expect(all([1])).toMatchObject({ from: 1, prev: null, head: "h1" });
});

test("a record is believed when one of its texts names address, digest and range together", () => {
  const said = {
    drop: "d",
    uri: "s3://plant/evidence/NG1",
    sha256: "c".repeat(64),
    from: "2026-03-01T06:00:00.000Z",
    to: "2026-03-02T06:00:00.000Z",
  };
  const text = `${toldText(said, 2)} [key]`;
  expect(untold(said, { number: "NCR-1", comments: [{ text: "Seen." }, { text }] })).toEqual([]);
  const cut = text.slice(0, text.indexOf(said.sha256) + 10);
  expect(untold(said, { comments: [{ text: cut }] })).toEqual(["sha256"]);
  expect(untold(said, { comments: [] })).toEqual(["uri", "sha256", "from", "to"]);
  // Each of them somewhere, none beside the others.
  const apart = Object.values(said).map((one) => ({ text: one }));
  expect(untold(said, { comments: apart })).toEqual(["evidence"]);
});

test("a range that isn't over ends now, and one that begins after it ends is not asked for", () => {
  const [early, late] = ["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"];
  expect(endedBy(late, early)).toBe(early);
  expect(endedBy(early, late)).toBe(early);
  const form = {
    command: "0197a000-0000-7000-8000-000000000001",
    connector: "0197a000-0000-7000-8000-000000000002",
    told: "nobody",
    part: "",
    order: "",
    discloses: "nothing",
  };
  expect(dropForm.safeParse({ ...form, from: "2026-03-01", to: "2026-03-01" }).success).toBe(true);
  for (const [from, to] of [
    ["2026-03-02", "2026-03-01"],
    ["2010-01-01", "2026-01-01"],
  ])
    expect(dropForm.safeParse({ ...form, from, to }).success).toBe(false);
});
