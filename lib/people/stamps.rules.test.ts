import fc from "fast-check";
import { expect, test } from "vitest";
import {
  freeFrom,
  mayHold,
  mayIssue,
  mayWithdraw,
  type StampHolder,
  type StampIssued,
} from "./stamps.rules.ts";

const today = "2026-03-02";
const codeOf = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "ok" : result.error?.code;
const holder = (more: Partial<StampHolder> = {}): StampHolder => ({
  id: "ana",
  active: true,
  roles: ["operator"],
  qualifications: [{ validFrom: "2025-01-01", validUntil: today }],
  ...more,
});

test("a stamp goes to whose kind fits: inspection to inspectors, quality to quality, operator to certified operators", () => {
  expect(codeOf(mayHold("operator", holder(), today))).toBe("ok");
  expect(codeOf(mayHold("inspection", holder(), today))).toBe("stamp_role");
  expect(codeOf(mayHold("quality", holder({ roles: ["inspector"] }), today))).toBe("stamp_role");
  expect(codeOf(mayHold("inspection", holder({ roles: ["inspector"] }), today))).toBe("ok");
  expect(codeOf(mayHold("quality", holder({ roles: ["quality"] }), today))).toBe("ok");
  expect(codeOf(mayHold("operator", holder({ roles: ["inspector"] }), today))).toBe("stamp_role");
  expect(codeOf(mayHold("operator", holder({ active: false }), today))).toBe(
    "stamp_holder_inactive",
  );
});

test("an operator without a qualification in force on that day gets no stamp", () => {
  const held = (validFrom: string, validUntil: string | null) =>
    codeOf(mayHold("operator", holder({ qualifications: [{ validFrom, validUntil }] }), today));
  expect(codeOf(mayHold("operator", holder({ qualifications: [] }), today))).toBe(
    "stamp_not_certified",
  );
  expect(held("2026-03-03", null)).toBe("stamp_not_certified");
  expect(held("2025-01-01", "2026-03-01")).toBe("stamp_not_certified");
  expect(held("2026-03-02", "2026-03-02")).toBe("ok");
  expect(held("2025-01-01", null)).toBe("ok");
});

test("a cool-down ends on the same day of the month, or on the month's last", () => {
  expect(freeFrom("2026-03-02", 12)).toBe("2027-03-02");
  expect(freeFrom("2024-02-29", 12)).toBe("2025-02-28");
  expect(freeFrom("2026-08-31", 1)).toBe("2026-09-30");
  expect(freeFrom("2026-11-15", 3)).toBe("2027-02-15");
  expect(freeFrom("2026-11-15", 0)).toBe("2026-11-15");
});

const issue = (earlier: readonly StampIssued[], to: Partial<Parameters<typeof mayIssue>[1]> = {}) =>
  mayIssue("OP-31", { person: "ana", issuedOn: today, today, ...to }, earlier, 12);

test("a number has one holder, and nobody else before its cool-down has passed", () => {
  const max = { person: "max", issuedOn: "2024-01-01" };
  expect(codeOf(issue([]))).toBe("ok");
  expect(codeOf(issue([{ ...max, withdrawnOn: null }]))).toBe("stamp_in_use");
  expect(codeOf(issue([{ ...max, person: "ana", withdrawnOn: null }]))).toBe("stamp_in_use");
  expect(issue([{ ...max, withdrawnOn: "2025-03-03" }])).toMatchObject({
    error: { code: "stamp_cooling", params: { number: "OP-31", free: "2026-03-03" } },
  });
  expect(codeOf(issue([{ ...max, withdrawnOn: "2025-03-02" }]))).toBe("ok");
});

test("its former holder gets it back at once, and on no day before it came back", () => {
  const own = { person: "ana", issuedOn: "2024-01-01", withdrawnOn: "2026-02-20" };
  expect(codeOf(issue([own]))).toBe("ok");
  expect(codeOf(issue([own], { issuedOn: "2026-02-19" }))).toBe("stamp_before_issue");
  // Somebody else's cool-down still counts.
  const between = { person: "max", issuedOn: "2025-01-01", withdrawnOn: "2025-06-01" };
  expect(codeOf(issue([own, between]))).toBe("stamp_cooling");
});

test("no day to come, and none before the issue", () => {
  expect(codeOf(issue([], { issuedOn: "2026-03-03" }))).toBe("stamp_not_yet");
  expect(codeOf(mayWithdraw("2026-01-01", "2026-03-03", today))).toBe("stamp_not_yet");
  expect(codeOf(mayWithdraw("2026-01-02", "2026-01-01", today))).toBe("stamp_before_issue");
  expect(codeOf(mayWithdraw("2026-01-02", "2026-01-02", today))).toBe("ok");
});

test("whatever was issued and withdrawn before, two people never have a number within its cool-down", () => {
  const day = fc
    .integer({ min: 0, max: 2000 })
    .map((days) => new Date(Date.UTC(2022, 0, 1) + days * 86_400_000).toISOString().slice(0, 10));
  const act = fc.record({
    person: fc.constantFrom("ana", "max", "eve"),
    on: day,
    gives: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 20 }),
      fc.integer({ min: 0, max: 24 }),
      (acts, months) => {
        const issued: StampIssued[] = [];
        const last = "2030-01-01";
        for (const { person, on, gives } of acts) {
          const open = issued.find(({ withdrawnOn }) => withdrawnOn === null);
          if (gives) {
            const may = mayIssue("1", { person, issuedOn: on, today: last }, issued, months);
            if (may.ok) issued.push({ person, issuedOn: on, withdrawnOn: null });
          } else if (open && mayWithdraw(open.issuedOn, on, last).ok) {
            issued[issued.indexOf(open)] = { ...open, withdrawnOn: on };
          }
        }
        for (const one of issued) {
          for (const other of issued) {
            if (one.person === other.person || other.issuedOn < one.issuedOn) continue;
            expect(one.withdrawnOn).not.toBeNull();
            expect(other.issuedOn >= freeFrom(one.withdrawnOn ?? "", months)).toBe(true);
          }
        }
      },
    ),
  );
});
