import { describe, expect, test } from "vitest";
import { defaultRules } from "./default-rules.rules.ts";
import { feedProcesses } from "./processes.schema.ts";
import {
  approvalSha256,
  contentChanges,
  contentSha256,
  inForceAt,
  problemsOf,
  type RuleVersion,
  type RuleWorld,
  standing,
  stateAt,
  unknownPaths,
  windowEnd,
} from "./rules.rules.ts";
import { ruleContent } from "./rules.schema.ts";

const world: RuleWorld = {
  connectors: [
    { code: "qms", processes: null },
    { code: "ncrs", processes: ["NCR"] },
  ],
  others: [],
  holdReasons: ["quality"],
};
const rules = Object.entries(defaultRules).map(([code, { content }]) => ({
  code,
  content: content("qms"),
}));
const ncr = rules[0]?.content;
if (!ncr) throw new Error("no rules");
const codes = (of: Partial<typeof ncr>, in_ = world) =>
  problemsOf({ ...ncr, ...of }, in_).map(({ code }) => code);

describe("the rules that a site starts with", () => {
  test("are right as they are, and one or more of each process", () => {
    for (const { code, content } of rules) {
      expect(problemsOf(content, world), code).toEqual([]);
      expect(ruleContent.parse(content)).toEqual(content);
    }
    expect(new Set(rules.map(({ content }) => content.process))).toEqual(new Set(feedProcesses));
  });
});

describe("before a rule may be approved", () => {
  test.each([
    ["data.severity in ['major']", []],
    ["data.severty in ['major']", ["data.severty"]],
    ["$exists(data.actual.valu)", ["data.actual.valu"]],
    ["$$.data.code.code = 'X' and data.cod.code = 'Y'", ["data.cod"]],
    ["$origin.data.defectId = 'x'", []],
    ["$origin.data.defctId = 'x'", ["$origin.data.defctId"]],
    ["data.containment[reason.code = 'quality'].holdId != ''", []],
    ["$count(data.containment[reasn.code = 'quality']) > 0", ["reasn"]],
    ["$count(data.photos.sha256[]) > 2", []],
    ["($a := data.severity; $a = 'major')", []],
    ["$filter(data.photos, function($p) { $p.size > 3 })", []],
    [
      "data.context.item.partNumber = 'P' and data.context.unit.serial = 'S'",
      ["data.context.unit"],
    ],
  ])("a path that the event does not have is found: %s", (expression, unknown) => {
    expect(unknownPaths(expression, "defect.logged")).toEqual(unknown);
  });

  test("of several events, each is asked", () => {
    const problems = problemsOf(
      {
        ...ncr,
        process: "DEVIATION",
        follow: [],
        on: ["step.skipped", "timer.stopped"],
        when: "$exists(data.missed)",
        correlate: { ...ncr.correlate, key: [{ name: "id", from: "id", mayBeEmpty: false }] },
      },
      world,
    );
    expect(problems).toEqual([
      { code: "rule_path_unknown", params: { path: "data.missed", event: "step.skipped" } },
    ]);
  });

  test("what can't be read, decided or sent is said by its name", () => {
    expect(codes({ when: "data.severity in [" })).toEqual(["rule_expression_wrong"]);
    expect(codes({ on: [] })).toEqual(["rule_on_nothing"]);
    expect(codes({ on: ["timer.started"] })).toContain("rule_event_makes_no_document");
    expect(codes({ correlate: { ...ncr.correlate, key: [] } })).toEqual(["rule_key_empty"]);
    expect(codes({ connector: "nobody" })).toEqual(["rule_connector_unknown"]);
    expect(codes({ connector: "" })).toEqual(["rule_connector_unchosen"]);
    expect(
      codes({
        process: "HOLD_NOTICE",
        on: ["hold.placed"],
        when: "true",
        connector: "ncrs",
        correlate: { ...ncr.correlate, key: [{ name: "id", from: "id", mayBeEmpty: false }] },
      }),
    ).toEqual(["rule_connector_wrong_process"]);
    expect(codes({ effects: [{ kind: "hold", reason: "nobody's" }] })).toEqual([
      "rule_hold_reason_unknown",
    ]);
  });

  test("a process of a site has one path: a second connector is refused, a second rule on the same is not", () => {
    const other = (connector: string) => ({
      ...world,
      others: [{ code: "ncr-b", process: "NCR" as const, connector }],
    });
    expect(codes({}, other("ncrs"))).toEqual(["rule_second_path"]);
    expect(codes({}, other("qms"))).toEqual([]);
    const events = {
      ...other("ncrs"),
      others: [{ code: "bus-b", process: "EVENTS" as const, connector: "ncrs" }],
    };
    expect(codes({ process: "EVENTS" }, events)).toEqual([]);
  });
});

describe("which version is in force", () => {
  const at = (hour: number) => `2026-03-02T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const version = (
    n: number,
    from: number | null,
    more: Partial<RuleVersion> = {},
  ): RuleVersion => ({
    version: n,
    contentSha256: String(n),
    isTested: true,
    approvedAt: from === null ? null : at(0),
    effectiveFrom: from === null ? null : at(from),
    retiredAt: null,
    ...more,
  });
  const versions = [version(1, 1), version(2, 5), version(3, null)];

  test("follows from when each became effective: an entry is decided by the one at its own time", () => {
    expect([0, 1, 4, 5, 9].map((hour) => inForceAt(versions, at(hour))?.version)).toEqual([
      undefined,
      1,
      1,
      2,
      2,
    ]);
  });

  test("a new one retires the one before, and a retired one leaves nothing behind", () => {
    const states = (hour: number, of = versions) => of.map((one) => stateAt(one, of, at(hour)));
    expect(states(2)).toEqual(["effective", "approved", "tested"]);
    expect(states(6)).toEqual(["retired", "effective", "tested"]);
    const ended = [
      version(1, 1),
      version(2, 5, { retiredAt: at(7) }),
      version(3, null, { isTested: false }),
    ];
    expect(states(8, ended)).toEqual(["retired", "retired", "draft"]);
    expect(inForceAt(ended, at(8))).toBeNull();
  });

  test("one that was taken back before its day never took the place of the one before; until its day both stand", () => {
    const back = [version(1, 1), version(2, 5, { retiredAt: at(3) })];
    expect(inForceAt(back, at(8))?.version).toBe(1);
    expect(standing(versions, at(2)).map((one) => one.version)).toEqual([1, 2]);
    expect(standing(versions, at(6)).map((one) => one.version)).toEqual([2]);
    expect(standing(back, at(4)).map((one) => one.version)).toEqual([1]);
  });
});

test("a window is a time or until the record is closed", () => {
  const opened = "2026-03-02T06:00:00.000Z";
  expect(windowEnd("until-closed", opened)).toBeNull();
  expect(windowEnd("PT8H", opened)).toBe("2026-03-02T14:00:00.000Z");
  expect(windowEnd("P1DT2H30M", opened)).toBe("2026-03-03T08:30:00.000Z");
  for (const window of ["P", "PT", "8H", "P1W", "PT8H "]) {
    const content = { ...ncr, correlate: { ...ncr.correlate, window } };
    expect(ruleContent.safeParse(content).success, window).toBe(false);
  }
});

test("two contents differ by their members, and by their hash", () => {
  const changed = { ...ncr, when: "data.severity != 'minor'" };
  expect(contentChanges(ncr, changed)).toEqual([
    { member: "when", before: "true", after: "data.severity != 'minor'" },
  ]);
  expect(contentChanges(ncr, ncr)).toEqual([]);
  expect(contentSha256(changed)).not.toBe(contentSha256(ncr));
});

test("a signature is for one rule, version, content, trial, day and meaning, and for no other", () => {
  const signed = {
    site: "NG1",
    rule: "ncr-from-defect",
    version: 2,
    contentSha256: "a",
    dryRunSha256: "b",
    effectiveOn: "2026-12-01",
    meaning: "I approve this routing rule for use",
  };
  for (const member of Object.keys(signed) as (keyof typeof signed)[]) {
    const value = member === "version" ? 3 : "another";
    expect(approvalSha256({ ...signed, [member]: value }), member).not.toBe(approvalSha256(signed));
  }
});
