import { expect, it } from "vitest";
import { changesBySite, concerns, everything, serverSentEvent } from "./live.rules.ts";
import type { LiveChange } from "./live.schema.ts";

const [one, other] = [
  "0195c0de-0000-7000-8000-000000000001",
  "0195c0de-0000-7000-8000-000000000002",
];
const of = (change: Partial<LiveChange>): LiveChange => ({
  all: false,
  kinds: [],
  travelers: [],
  ...change,
});

it("says one thing to each site, however many entries there were, and names nothing but travelers", () => {
  const entries = [
    { site: "A", kind: "traveler", stream: one },
    { site: "A", kind: "traveler", stream: one },
    { site: "A", kind: "person", stream: "a-person" },
    { site: "B", kind: "gage", stream: "a-gage" },
  ] as const;
  const changes = changesBySite(entries);
  expect(Object.fromEntries(changes)).toEqual({
    A: { kinds: ["traveler", "person"], travelers: [one] },
    B: { kinds: ["gage"], travelers: [] },
  });
});

it("draws a traveler's record again for that traveler or the plant, and every list for everything", () => {
  const record = `/travelers/${one}`;
  const own = of({ kinds: ["traveler"], travelers: [one] });
  const others = of({ kinds: ["traveler"], travelers: [other] });
  expect([record, `${record}/entries`].map((path) => concerns(path, own))).toEqual([true, true]);
  expect(concerns(record, others)).toBe(false);
  expect(concerns(record, of({ kinds: ["site"] }))).toBe(true);
  expect(concerns(record, of({ kinds: ["person"] }))).toBe(false);
  for (const path of ["/", "/holds", "/buyoffs", "/travelers", "/defects", "/gages"]) {
    expect(concerns(path, others), path).toBe(true);
  }
});

it("draws nothing again because somebody signed out, and everything after a gap", () => {
  expect(concerns("/holds", of({ kinds: ["session"] }))).toBe(false);
  expect(concerns(`/travelers/${one}`, everything)).toBe(true);
});

it("keeps an event on its own lines, whatever is in it", () => {
  const text = serverSentEvent("changed", { note: "a\n\nevent: ended" }, 17);
  expect(text).toBe('id: 17\nevent: changed\ndata: {"note":"a\\n\\nevent: ended"}\n\n');
});
