import { expect, test } from "vitest";
import { newestHeld, stateOfHeld } from "./qualifications.rules.ts";

const today = "2026-03-02";
const held = (validFrom: string, validUntil: string | null, withdrawnOn: string | null = null) => ({
  person: "ana",
  code: "Q-TRQ",
  validFrom,
  validUntil,
  withdrawnOn,
});

test("a qualification holds through its last day, and is due to be renewed for sixty days before", () => {
  const state = (...of: Parameters<typeof held>) => stateOfHeld(held(...of), today);
  expect(state("2025-01-01", null)).toBe("in_force");
  expect(state("2025-01-01", "2026-05-02")).toBe("in_force");
  expect(state("2025-01-01", "2026-05-01")).toBe("soon");
  expect(state("2025-01-01", "2026-03-02")).toBe("soon");
  expect(state("2025-01-01", "2026-03-01")).toBe("lapsed");
  expect(state("2026-03-03", null)).toBe("not_yet");
  expect(state("2025-01-01", "2026-03-01", "2026-03-02")).toBe("withdrawn");
});

test("what was renewed is told by its renewal, and a withdrawal never outlives what still holds", () => {
  const old = held("2025-01-01", "2026-03-10");
  const renewed = held("2026-03-01", "2027-03-01");
  expect(newestHeld([old, renewed])).toEqual([renewed]);
  expect(newestHeld([renewed, old])).toEqual([renewed]);
  const withdrawn = held("2026-03-01", "2027-01-01", "2027-01-02");
  expect(newestHeld([withdrawn, old])).toEqual([old]);
  expect(newestHeld([held("2025-01-01", null), renewed])).toEqual([held("2025-01-01", null)]);
});
