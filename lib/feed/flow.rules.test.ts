import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import { type FlowConfiguration, fingerprintOf, type SignedCase, standOf } from "./flow.rules.ts";
import { type FlowPart, flowParts } from "./flow.schema.ts";
import {
  asInForce,
  caseSha256,
  casesOf,
  contentOfForm,
  inForce,
  shippedCases,
  stepsAsTyped,
  touchedBy,
} from "./validation-cases.rules.ts";
import { acts, type CaseForm, caseContent } from "./validation-cases.schema.ts";

const config = qmsSandboxConfig("https://qms.example") as unknown as FlowConfiguration["config"];
const sample = { externalId: "NCR-1", at: "2026-03-01T00:00:00.000Z", shape: { number: "string" } };
const check = {
  at: "2026-03-02T00:00:00.000Z",
  externalId: "NCR-1",
  gone: [],
  changed: [],
  problem: null,
};
const lookedAgain = {
  at: "2026-03-02T00:00:00.000Z",
  address: null,
  sha256: "c".repeat(64),
  gone: [],
  changed: [],
  added: [],
  problem: null,
};
const there: FlowConfiguration = {
  rules: [
    { code: "ncr-from-defect", version: 3, contentSha256: "a".repeat(64) },
    { code: "ncr-from-hold", version: 1, contentSha256: "b".repeat(64) },
  ],
  config,
  crosswalks: [
    { id: "list-1", version: 4 },
    { id: "list-2", version: 1 },
  ],
  sample,
  check,
  contract: null,
  contractCheck: null,
};
const cases = inForce(casesOf([]), true).map(asInForce);
const signedOn = (of: FlowConfiguration, codes = cases.map(({ code }) => code)): SignedCase[] =>
  cases
    .filter(({ code }) => codes.includes(code))
    .map(({ code, sha256 }) => ({
      code,
      sha256,
      run: "run-1",
      mode: "live",
      signedAt: "2026-03-03T00:00:00.000Z",
      fingerprint: fingerprintOf(of),
    }));
const standAt = (now: FlowConfiguration, signed = signedOn(there)) =>
  standOf(fingerprintOf(now), cases, signed);

/** One change of a configuration, and the part that it is. */
const mappingNames = [
  "create",
  "record",
  "verify",
  "update",
  "attach",
  "lookup",
  "readBack",
  "results",
  "fields",
];
const connectorNames = [
  "baseUrl",
  "allow",
  "timeoutMs",
  "retry",
  "dedupe",
  "settlingMs",
  "limits",
  "auth",
];
type Changed = { part: FlowPart; now: FlowConfiguration };
const changes: fc.Arbitrary<Changed> = fc.oneof(
  fc.record({ at: fc.nat(1), version: fc.integer({ min: 10, max: 99 }) }).map(
    ({ at, version }): Changed => ({
      part: "rule",
      now: { ...there, rules: there.rules.map((one, n) => (n === at ? { ...one, version } : one)) },
    }),
  ),
  fc.constant<Changed>({ part: "rule", now: { ...there, rules: there.rules.slice(1) } }),
  fc.record({ name: fc.constantFrom(...connectorNames), to: fc.string({ minLength: 1 }) }).map(
    ({ name, to }): Changed => ({
      part: "connector",
      now: { ...there, config: { ...config, [name]: { new: to } } },
    }),
  ),
  fc.record({ name: fc.constantFrom(...mappingNames), to: fc.string({ minLength: 1 }) }).map(
    ({ name, to }): Changed => ({
      part: "mapping",
      now: { ...there, config: { ...config, [name]: { new: to } } },
    }),
  ),
  fc.record({ at: fc.nat(1), version: fc.integer({ min: 10, max: 99 }) }).map(
    ({ at, version }): Changed => ({
      part: "crosswalks",
      now: {
        ...there,
        crosswalks: there.crosswalks.map((one, n) => (n === at ? { ...one, version } : one)),
      },
    }),
  ),
  fc.constant<Changed>({
    part: "crosswalks",
    now: { ...there, crosswalks: [...there.crosswalks, { id: "list-3", version: 1 }] },
  }),
  fc.string({ minLength: 1 }).map(
    (path): Changed => ({
      part: "schema",
      now: { ...there, check: { ...check, gone: [path] } },
    }),
  ),
  // Their API's document: another one approved, or one that a look found to be another.
  fc.string({ minLength: 1 }).map(
    (path): Changed => ({
      part: "schema",
      now: { ...there, contractCheck: { ...lookedAgain, gone: [path] } },
    }),
  ),
  fc.string().map(
    (path): Changed => ({
      part: "schema",
      now: {
        ...there,
        contract: {
          sha256: "d".repeat(64),
          readAt: there.sample?.at ?? "",
          address: null,
          title: "",
          version: "",
          openapi: "3.1.0",
          names: [],
          operations: { create: { method: "POST", path, request: null, sends: [], reads: [] } },
        },
      },
    }),
  ),
  fc.string().map(
    (type): Changed => ({
      part: "schema",
      now: { ...there, sample: { ...sample, shape: { number: `${type}?` } } },
    }),
  ),
);

/** What is not the configuration of a flow: order, when and by which record it was looked at. */
const sameAgain: fc.Arbitrary<FlowConfiguration> = fc
  .record({
    rules: fc.shuffledSubarray([...there.rules], { minLength: 2 }),
    crosswalks: fc.shuffledSubarray([...there.crosswalks], { minLength: 2 }),
    members: fc.shuffledSubarray(Object.entries(config), {
      minLength: Object.keys(config).length,
    }),
    at: fc.constantFrom("2026-05-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
    looked: fc.boolean(),
  })
  .map(({ rules, crosswalks, members, at, looked }) => ({
    rules,
    crosswalks,
    config: Object.fromEntries(members) as unknown as FlowConfiguration["config"],
    sample: { ...sample, at, externalId: "NCR-7" },
    check: looked ? { ...check, at } : null,
    contract: null,
    contractCheck: looked ? { ...lookedAgain, at, added: ["GET /new"] } : null,
  }));

describe("a flow's configuration", () => {
  test("any change of any part is seen as that part, and takes the flow's validation away", () => {
    fc.assert(
      fc.property(changes, ({ part, now }) => {
        const before = fingerprintOf(there);
        const after = fingerprintOf(now);
        expect(flowParts.filter((one) => before[one] !== after[one])).toEqual([part]);
        const stand = standAt(now);
        expect(stand.validation).toBe("changed");
        expect(stand.changed).toEqual([part]);
        expect(stand.affected.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });

  test("nothing else does: order, another look that finds the same, another record of the same form", () => {
    fc.assert(
      fc.property(sameAgain, (now) => {
        expect(fingerprintOf(now)).toEqual(fingerprintOf(there));
        expect(standAt(now).validation).toBe("validated");
      }),
    );
  });

  test("it is validated again when the affected cases alone are signed on what it is now", () => {
    fc.assert(
      fc.property(changes, ({ now }) => {
        const { affected } = standAt(now);
        const again = signedOn(now, affected).map((one) => ({ ...one, run: "run-2" }));
        const kept = signedOn(there).filter(({ code }) => !affected.includes(code));
        expect(standAt(now, [...kept, ...again]).validation).toBe("validated");
        for (const code of affected) {
          const but = [...kept, ...again.filter((one) => one.code !== code)];
          expect(standAt(now, but).validation).not.toBe("validated");
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a flow", () => {
  test("that no run is signed for was never validated, and all of its cases are to be run", () => {
    expect(standAt(there, [])).toMatchObject({ validation: "never", run: null, mode: null });
    expect(standAt(there, []).affected).toEqual(cases.map(({ code }) => code));
  });

  test("is changed when a case says something else, or is new", () => {
    const [first, ...others] = signedOn(there);
    if (!first) throw new Error("no case");
    const edited = standAt(there, [{ ...first, sha256: "0".repeat(64) }, ...others]);
    expect(edited).toMatchObject({ validation: "changed", affected: [first.code], changed: [] });
    expect(standAt(there, others)).toMatchObject({ validation: "changed", affected: [first.code] });
  });

  test("is validated in shadow as long as one of its cases was", () => {
    const [first, ...others] = signedOn(there);
    if (!first) throw new Error("no case");
    expect(standAt(there).mode).toBe("live");
    expect(standAt(there, [{ ...first, mode: "shadow" }, ...others]).mode).toBe("shadow");
  });

  test("a part that none of its cases touches is touched by each", () => {
    const some = [{ code: "auth-failure", sha256: "s", touches: ["connector" as const] }];
    const signed = [{ ...signedOn(there)[0], code: "auth-failure", sha256: "s" } as SignedCase];
    const now = fingerprintOf({ ...there, crosswalks: [] });
    expect(standOf(fingerprintOf(there), some, signed).validation).toBe("validated");
    expect(standOf(now, some, signed)).toMatchObject({
      validation: "changed",
      changed: ["crosswalks"],
      affected: ["auth-failure"],
    });
  });

  test("is not validated by having no case at all", () => {
    expect(standOf(fingerprintOf(there), [], signedOn(there)).validation).toBe("changed");
  });
});

describe("test cases", () => {
  test("those that come with the product are whole, and together they touch every part of a system's flow", () => {
    for (const content of Object.values(shippedCases))
      expect(caseContent.safeParse(content).success).toBe(true);
    const touched = new Set(
      inForce(casesOf([]), true).flatMap(({ content }) => touchedBy(content)),
    );
    expect([...touched].sort()).toEqual([...flowParts].sort());
    const heard = inForce(casesOf([]), false).map(({ code }) => code);
    expect(heard).toContain("publish");
    expect(heard).not.toContain("photo");
    const used = new Set(
      Object.values(shippedCases).flatMap(({ steps }) => steps.map((of) => of.act)),
    );
    expect(Object.keys(acts).filter((act) => !used.has(act as never))).toEqual([]);
  });

  test("a plant's last version stands in place of the product's, and one that is out of use is waited for by nobody", () => {
    const content = { ...shippedCases.photo, title: "Ours" } as (typeof shippedCases)["photo"];
    if (!content) throw new Error("no case");
    const own = (version: number, of: typeof content) => ({
      code: "photo",
      version,
      content: of,
      sha256: caseSha256(of),
    });
    const found = casesOf([own(2, { ...content, inUse: false }), own(1, content)]);
    expect(found.find(({ code }) => code === "photo")).toMatchObject({ version: 2 });
    expect(inForce(found, true).map(({ code }) => code)).not.toContain("photo");
    expect(found).toHaveLength(Object.keys(shippedCases).length);
  });

  const form = (steps: string): CaseForm => ({
    command: "",
    code: "ours",
    was: "0",
    title: "Ours",
    requirements: "URS-1, URS-2",
    inUse: "yes",
    steps,
    reason: "because",
  });

  test("steps are read as they are typed", () => {
    for (const content of Object.values(shippedCases)) {
      const read = contentOfForm({
        ...form(stepsAsTyped(content)),
        title: content.title,
        requirements: content.requirements.join(", "),
      });
      expect(read).toEqual({ ok: true, value: content });
    }
  });

  test.each([
    ["create verified make it", 1, "step_unreadable"],
    ["create = verified: Make it\nfly = there: Over it", 2, "step_unknown"],
    ["create = void: Make it", 1, "not_of_this_step"],
    [`${"ask = answered: Ask\n".repeat(9)}`, 9, "step_unreadable"],
  ])("%s is refused with its line", (steps, line, problem) => {
    expect(contentOfForm(form(steps))).toEqual({ ok: false, error: { line, problem } });
  });
});
