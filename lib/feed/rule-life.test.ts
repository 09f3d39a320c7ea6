import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { forSite } from "#lib/db/client";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import { historyOf } from "#lib/record/history.queries";
import { defaultRules } from "./default-rules.rules.ts";
import { letGo, letGoChanged, reject } from "./inbox.commands.ts";
import { documentsWaiting, gateDecision } from "./inbox.queries.ts";
import {
  approveRule,
  changeRule,
  draftRule,
  nextVersion,
  retireRule,
  tryRule,
} from "./rules.commands.ts";
import { evaluationsOf, ruleAtSite, rulesAtSite, ruleToDecide } from "./rules.queries.ts";
import { formOfContent, type RuleForm } from "./rules-forms.schema.ts";
import { takeNewRule, takeShipped } from "./shipped-rules.commands.ts";
import { newShipped } from "./shipped-rules.rules.ts";
import { type Person, someone } from "./testing/people.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { startWorker } from "./testing/worker.ts";

// As the web's role; the router is the product's own worker, and nothing answers at the connector's address.
const origin = "https://buyoff.northgate.example";
let plant: TestPlant;
let ana: Person;
let quinn: Person;
let petra: Person;
beforeAll(async () => {
  plant = await aPlant("http://127.0.0.1:9");
  ana = await someone(plant.site, "Ana Ruiz", "604917");
  quinn = await someone(plant.site, "Quinn Avery", "315806");
  petra = await someone(plant.site, "Petra Lund", "770214");
});
afterAll(() => plant.stop());

const code = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "done" : result.error?.code;
const ncr = () => derivedId(plant.site, "rule/ncr-from-defect");

async function shown(rule: string, by = quinn.actor) {
  const found = await ruleAtSite(by, rule);
  if (!found) throw new Error("no such rule");
  return found;
}
const states = async (rule: string) =>
  (await shown(rule)).versions.map(({ version, state }) => `${version} ${state}`);
async function last(rule: string) {
  const of = (await shown(rule)).versions.at(-1);
  if (!of) throw new Error("no version");
  return of;
}

async function drafted(by = ana.actor, title = "Torque is looked at first") {
  const made = await draftRule(by, {
    command: uuidv7(),
    code: `test-${uuidv7().slice(-8)}`,
    process: "NCR",
    title,
  });
  if (!made.ok) throw new Error(made.error.code);
  return made.value.rule;
}
async function change(rule: string, to: Partial<RuleForm>, by = ana.actor) {
  const { content, version } = await last(rule);
  return changeRule(by, {
    ...formOfContent(content),
    connector: "qms",
    on: ["defect.logged"],
    reason: "as agreed in the quality meeting",
    ...to,
    command: uuidv7(),
    rule,
    version: String(version),
  });
}
async function tried(rule: string, by = ana.actor) {
  const { version } = await last(rule);
  const form = { command: uuidv7(), rule, version: String(version), days: "7" };
  const made = await tryRule(by, form, origin);
  if (!made.ok) throw new Error(made.error.code);
  const of = await last(rule);
  const { dryRun } = await ruleToDecide(by, await shown(rule), of);
  if (!dryRun) throw new Error("no dry run");
  return dryRun;
}
async function toSign(rule: string, by: Person) {
  const of = await last(rule);
  const { dryRun } = await ruleToDecide(by.actor, await shown(rule), of);
  return {
    command: uuidv7(),
    rule,
    version: String(of.version),
    contentSha256: of.contentSha256,
    dryRunSha256: dryRun?.resultSha256 ?? "0".repeat(64),
    effectiveOn: "",
    badge: by.badge,
    pin: by.pin,
  };
}
const approve = async (rule: string, by = quinn) => approveRule(by.actor, await toSign(rule, by));

/** A rule of its own in force, as people make one. */
async function inForce(to: Partial<RuleForm>) {
  const rule = await drafted();
  await change(rule, to);
  await tried(rule);
  expect(code(await approve(rule))).toBe("done");
  return rule;
}

/** Lets the product's worker take everything that the site has recorded, and no more. */
async function routed(site = plant) {
  const worker = startWorker();
  await vi.waitFor(
    async () =>
      expect(
        await site.query("select from routing_queue where site_id = $1", [site.site]),
      ).toHaveLength(0),
    { timeout: 180_000, interval: 50 },
  );
  await worker.stop();
}

type Entry = { type: string; person: string; body: Record<string, unknown> };
const said = async (stream: string) => {
  const rows = await plant.query<{ line: string; person_id: string }>(
    "select line, person_id from entries where stream_id = $1 order by seq",
    [stream],
  );
  return rows.map(({ line, person_id }): Entry => {
    const { type, body } = JSON.parse(line);
    return { type, person: person_id, body };
  });
};

describe("a routing rule", () => {
  test("is signed for a day that lies ahead: until then the one before decides, and taken back it never does", async () => {
    const rule = await inForce({});
    await nextVersion(ana.actor, { command: uuidv7(), rule, reason: "from the new shift on" });
    await change(rule, { when: 'data.severity = "critical"' });
    await tried(rule);
    const day = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 10);
    const form = await toSign(rule, quinn);
    const today = { ...form, effectiveOn: day(0) };
    expect(code(await approveRule(quinn.actor, today))).toBe("rule_effective_past");
    const ahead = { ...form, effectiveOn: day(2 * 86_400_000) };
    expect(code(await approveRule(quinn.actor, ahead))).toBe("done");
    expect(await states(rule)).toEqual(["1 effective", "2 approved"]);
    const [row] = await plant.query<{ at: Date }>(
      "select effective_from as at from routing_rule_versions where rule_id = $1 and version = 2",
      [rule],
    );
    expect(row?.at.toISOString()).toBe(`${ahead.effectiveOn}T00:00:00.000Z`);
    const approved = (await said(rule)).find(
      ({ type, body }) => type === "rule.approved" && body.version === 2,
    );
    expect(approved?.body.effectiveFrom).toBe(`${ahead.effectiveOn}T00:00:00.000Z`);
    const back = { command: uuidv7(), rule, version: "2", reason: "the shift comes later" };
    expect(code(await retireRule(quinn.actor, back))).toBe("done");
    expect(await states(rule)).toEqual(["1 effective", "2 retired"]);
  });

  test("is drafted, tried, signed by somebody else, in force and over; every version and signature stays", async () => {
    const rule = await drafted();
    await change(rule, { gate: "needs-approval" });
    expect(await states(rule)).toEqual(["1 draft"]);
    expect(code(await approve(rule))).toBe("rule_not_tested");

    const run = await tried(rule);
    expect(await states(rule)).toEqual(["1 tested"]);
    expect(code(await approve(rule, ana))).toBe("rule_own");
    const form = await toSign(rule, quinn);
    expect(code(await approveRule(quinn.actor, { ...form, pin: "000111" }))).toBe(
      "components_wrong",
    );
    expect(
      code(await approveRule(quinn.actor, { ...form, badge: petra.badge, pin: petra.pin })),
    ).toBe("components_wrong");
    expect(await states(rule)).toEqual(["1 tested"]);

    expect(code(await approveRule(quinn.actor, form))).toBe("done");
    // Sent again after a lost answer: signed once.
    expect(code(await approveRule(quinn.actor, form))).toBe("done");
    expect(await states(rule)).toEqual(["1 effective"]);
    const first = await last(rule);

    expect(code(await nextVersion(ana.actor, { command: uuidv7(), rule, reason: "paint" }))).toBe(
      "done",
    );
    expect(code(await nextVersion(ana.actor, { command: uuidv7(), rule, reason: "twice" }))).toBe(
      "rule_draft_there",
    );
    await change(rule, { when: 'data.severity = "critical"' });
    await tried(rule);
    expect(await states(rule)).toEqual(["1 effective", "2 tested"]);
    expect(code(await approve(rule, petra))).toBe("done");
    expect(await states(rule)).toEqual(["1 retired", "2 effective"]);
    expect((await shown(rule)).versions[0]?.content).toEqual(first.content);

    const over = { command: uuidv7(), rule, version: "2", reason: "no torque is checked here now" };
    expect(code(await retireRule(quinn.actor, over))).toBe("done");
    expect(code(await retireRule(quinn.actor, over))).toBe("rule_not_in_force");
    expect(await states(rule)).toEqual(["1 retired", "2 retired"]);

    const entries = await said(rule);
    expect(entries.map(({ type }) => type)).toEqual([
      "rule.drafted",
      "rule.changed",
      "rule.tested",
      "rule.approved",
      "rule.drafted",
      "rule.changed",
      "rule.tested",
      "rule.approved",
      "rule.retired",
    ]);
    expect(entries[3]).toMatchObject({
      person: quinn.actor.id,
      body: {
        version: 1,
        contentSha256: first.contentSha256,
        replaces: null,
        signature: {
          meaning: "I approve this routing rule for use",
          method: "badge_pin",
          dryRun: run.resultSha256,
          command: form.command,
        },
      },
    });
    expect(entries[7]).toMatchObject({ person: petra.actor.id, body: { version: 2, replaces: 1 } });
    expect(JSON.stringify(entries)).not.toContain(quinn.pin);
  });

  test("is approved by nobody who wrote a part of it, not even if another changed it last", async () => {
    const rule = await drafted(quinn.actor);
    await change(rule, {}, ana.actor);
    await tried(rule);
    expect(code(await approve(rule, quinn))).toBe("rule_own");
    expect(code(await approve(rule, ana))).toBe("rule_own");
    expect((await ruleToDecide(quinn.actor, await shown(rule), await last(rule))).isOwn).toBe(true);
    expect(code(await approve(rule, petra))).toBe("done");
  });

  test.each([
    [
      "asks for a path that its event does not have",
      { when: 'data.severty = "major"' },
      { code: "rule_path_unknown", params: { path: "data.severty", event: "defect.logged" } },
    ],
    [
      "has a key of a path that its event does not have",
      { key: "unit: data.context.units[0].sereal" },
      {
        code: "rule_path_unknown",
        params: { path: "data.context.units.sereal", event: "defect.logged" },
      },
    ],
    ["can't be read", { when: "data.severity = (" }, { code: "rule_expression_wrong" }],
    ["goes to nobody", { connector: "qmz" }, { code: "rule_connector_unknown" }],
    ["holds for an unknown reason", { holdReason: "PAINT" }, { code: "rule_hold_reason_unknown" }],
    ["opens by nothing", { on: [] }, { code: "rule_on_nothing" }],
  ] as const)("is refused at its approval where it %s", async (_, to, refusal) => {
    const rule = await drafted();
    await change(rule, to as unknown as Partial<RuleForm>);
    await tried(rule);
    expect(await approve(rule)).toMatchObject({ ok: false, error: refusal });
    expect(await states(rule)).toEqual(["1 tested"]);
  });

  test("is refused as a second path of its process", async () => {
    const scoped = forSite(plant.site);
    const config = await scoped.connector.findUniqueOrThrow({ where: { id: plant.connector } });
    const other = { id: uuidv7(), siteId: plant.site, code: "qms-2", name: "Another QMS" };
    await plant.query(
      "insert into connectors (id, site_id, code, name, config) values ($1, $2, $3, $4, $5)",
      [other.id, other.siteId, other.code, other.name, config.config],
    );
    const rule = await drafted();
    await change(rule, { connector: "qms-2" });
    await tried(rule);
    expect(await approve(rule)).toMatchObject({ error: { code: "rule_second_path" } });
  });

  test("is signed as it was shown: what changed meanwhile, or was not tried as it is, is refused", async () => {
    const rule = await drafted();
    await change(rule, {});
    await tried(rule);
    const form = await toSign(rule, quinn);
    await change(rule, { when: 'data.severity = "major"' });
    expect(code(await approveRule(quinn.actor, form))).toBe("rule_moved");
    expect(code(await approve(rule))).toBe("rule_not_tested");
    const { contentSha256 } = await last(rule);
    expect(code(await approveRule(quinn.actor, { ...form, contentSha256 }))).toBe(
      "rule_not_tested",
    );
    expect(code(await change(rule, { when: 'data.severity = "major"' }))).toBe("nothing_changed");
  });

  test("can't be written over in the database either, once it is approved", async () => {
    const rule = await inForce({});
    const write = (set: string) =>
      plant.query(`update routing_rule_versions set ${set} where rule_id = $1`, [rule]);
    await expect(
      write(
        "content = content || ' ', content_sha256 = encode(sha256(convert_to(content || ' ', 'UTF8')), 'hex')",
      ),
    ).rejects.toThrow(/stands/);
    await expect(write("approved_by = author_id")).rejects.toThrow();
    await expect(
      plant.query("delete from routing_rule_versions where rule_id = $1", [rule]),
    ).rejects.toThrow();
  });
});

describe("a dry run", () => {
  test("says what would come of the last days and what is different from now, and sends nothing", async () => {
    const site = await aPlant("http://127.0.0.1:9");
    const by = (await someone(site.site, "Ada Berg", "918273")).actor;
    const rule = derivedId(site.site, "rule/ncr-from-defect");
    const { traveler, defect } = await site.logDefect();
    await site.comment(traveler, defect, "2");
    await site.logDefect();
    // No entry releases this traveler: nothing can be told of it, and the trial goes on.
    const withdrawn = { defect: uuidv7(), reason: "0".repeat(64) };
    await site.append(uuidv7(), { type: "defect.withdrawn", body: withdrawn });
    await nextVersion(by, { command: uuidv7(), rule, reason: "try" });
    const look = async (to: Partial<RuleForm>) => {
      const of = (await shown(rule, by)).versions.at(-1);
      if (!of) throw new Error("no version");
      const version = String(of.version);
      const base = { command: uuidv7(), rule, version };
      const form = { ...formOfContent(of.content), ...to, ...base, reason: "try" };
      expect(code(await changeRule(by, form))).toBe("done");
      expect(code(await tryRule(by, { ...base, days: "7" }, origin))).toBe("done");
      const found = await shown(rule, by);
      const now = found.versions.at(-1);
      const { dryRun } = await ruleToDecide(by, found, now ?? of);
      return dryRun?.result;
    };
    expect(await look({ gate: "needs-approval" })).toMatchObject({
      entries: 4,
      counts: { gated: 2, update: 1, create: 0, error: 1 },
      problems: [{ count: 1, detail: expect.stringMatching(/before traveler.released/) }],
      inForce: { version: 1, counts: { create: 2, update: 1, error: 1 } },
      more: { count: 0 },
      less: { count: 0 },
      other: { count: 2, lines: [{ unit: "FSB-0118", does: "gated" }, { does: "gated" }] },
    });
    expect(await look({ when: 'data.severity = "critical"' })).toMatchObject({
      counts: { gated: 0, update: 0, notMatched: 3 },
      less: { count: 3 },
      more: { count: 0 },
    });
    expect(await look({ when: "data.severity" })).toMatchObject({
      counts: { error: 3 },
      problems: expect.arrayContaining([
        { count: 2, detail: 'the condition gave "major" and not true or false' },
      ]),
    });
    expect(await site.deliveries()).toEqual([]);
    expect(
      await site.query("select from routing_evaluations where site_id = $1", [site.site]),
    ).toEqual([]);
    await site.stop();
  });
});

describe("what rules made of events", () => {
  test("goes by the version in force at the event's own time, and why stands beside it: matched, not matched, not decided", async () => {
    const broken = await inForce({ when: "$error('no such table')" });
    const never = await inForce({ when: 'data.severity = "critical"' });
    const one = await plant.logDefect();
    await nextVersion(ana.actor, { command: uuidv7(), rule: ncr(), reason: "read first" });
    await change(ncr(), { gate: "needs-approval" });
    await tried(ncr());
    const waited = await plant.logDefect();
    expect(code(await approve(ncr()))).toBe("done");
    const two = await plant.logDefect();
    expect(
      code(
        await retireRule(quinn.actor, {
          command: uuidv7(),
          rule: ncr(),
          version: "2",
          reason: "over",
        }),
      ),
    ).toBe("done");
    const three = await plant.logDefect();
    // Only now does the router look at any of them.
    await routed();
    const of = async ({ traveler }: { traveler: string }) =>
      (await evaluationsOf(quinn.actor, { traveler }))
        .filter(({ event }) => event === "defect.logged")
        .map(({ ruleId, version, outcome, delivery }) => ({ ruleId, version, outcome, delivery }));
    for (const early of [one, waited])
      expect(await of(early)).toContainEqual(
        expect.objectContaining({ ruleId: ncr(), version: 1, outcome: "matched" }),
      );
    expect(await of(two)).toContainEqual({
      ruleId: ncr(),
      version: 2,
      outcome: "matched",
      delivery: expect.objectContaining({ state: "gated", process: "NCR", number: null }),
    });
    const nobody = await of(three);
    expect(nobody.some(({ ruleId }) => ruleId === ncr())).toBe(false);
    expect(nobody).toContainEqual({
      ruleId: broken,
      version: 1,
      outcome: "error",
      delivery: null,
    });
    expect(nobody).toContainEqual({
      ruleId: never,
      version: 1,
      outcome: "not_matched",
      delivery: null,
    });
    const failed = await evaluationsOf(quinn.actor, {
      failedSince: new Date(Date.now() - 60_000).toISOString(),
    });
    expect(failed.map(({ detail }) => detail)).toContain("the condition failed: no such table");
  });
});

describe("the inbox", () => {
  let site: TestPlant;
  let by: Actor;
  beforeAll(async () => {
    site = await aPlant("http://127.0.0.1:9");
    const [writer, signer] = [
      await someone(site.site, "Lena Hart", "482911"),
      await someone(site.site, "Ivo Brandt", "559023"),
    ];
    by = signer.actor;
    const rule = derivedId(site.site, "rule/ncr-from-defect");
    await nextVersion(writer.actor, { command: uuidv7(), rule, reason: "read first" });
    const draft = (await shown(rule, by)).versions.at(-1);
    if (!draft) throw new Error("no draft");
    const base = { command: uuidv7(), rule, version: String(draft.version) };
    const form = { ...formOfContent(draft.content), ...base, reason: "read first" };
    await changeRule(writer.actor, { ...form, gate: "needs-approval" });
    await tryRule(writer.actor, { ...base, days: "7" }, origin);
    const found = await shown(rule, by);
    const of = found.versions.at(-1);
    if (!of) throw new Error("no draft");
    const { dryRun } = await ruleToDecide(by, found, of);
    const signed = await approveRule(by, {
      ...base,
      effectiveOn: "",
      command: uuidv7(),
      contentSha256: of.contentSha256,
      dryRunSha256: dryRun?.resultSha256 ?? "",
      badge: signer.badge,
      pin: signer.pin,
    });
    expect(code(signed)).toBe("done");
    for (let n = 0; n < 4; n += 1) {
      const { traveler, defect } = await site.logDefect();
      await site.comment(traveler, defect, "2");
    }
    await routed(site);
  });
  afterAll(() => site.stop());

  const next = async () => {
    const [found] = await documentsWaiting(by);
    if (!found) throw new Error("nothing waits");
    return found;
  };
  type Row = { state: string; operation: string; payload: Record<string, unknown>; done_at: Date };
  const rowsOf = (key: string) =>
    site.query<Row>(
      `select state::text, operation, payload, done_at from deliveries
        where site_id = $1 and ordering_key = $2 order by position`,
      [site.site, key],
    );
  const entriesOf = async (delivery: string) =>
    (await said(derivedId(site.site, "rule/ncr-from-defect"))).filter(
      ({ body }) => body.delivery === delivery,
    );
  const changed = (of: Awaited<ReturnType<typeof next>>, remark: string) => ({
    command: uuidv7(),
    delivery: of.id,
    payloadSha256: of.payloadSha256,
    title: String(of.payload.title),
    requirement: String(of.payload.requirement ?? ""),
    actual: String(of.payload.actual ?? ""),
    expected: "",
    detail: "",
    because: "",
    location: "",
    remark,
    reason: "the operator was asked again",
  });

  test("lets a draft go as it was read, once, and what waits behind it with it", async () => {
    const of = await next();
    expect(of).toMatchObject({ process: "NCR", connector: "QMS", version: 2, followers: 1 });
    const form = { command: uuidv7(), delivery: of.id, payloadSha256: of.payloadSha256 };
    expect(code(await letGo(by, { ...form, payloadSha256: "0".repeat(64) }))).toBe(
      "document_differs",
    );
    const decided = await Promise.all([
      letGo(by, form),
      reject(by, { command: uuidv7(), delivery: of.id, reason: "no" }),
      letGo(by, { ...form, command: uuidv7() }),
    ]);
    expect(decided.map(code).sort()).toEqual([
      "document_not_waiting",
      "document_not_waiting",
      "done",
    ]);
    expect(await entriesOf(of.id)).toHaveLength(1);
    expect((await documentsWaiting(by)).map(({ id }) => id)).not.toContain(of.id);
  });

  test("lets a draft go with other words: both stand on record, with who and why", async () => {
    const of = await next();
    const same = String((of.payload.defect as { comment: string }).comment);
    expect(code(await letGoChanged(by, changed(of, same)))).toBe("nothing_changed");
    expect(code(await letGoChanged(by, { ...changed(of, same), title: "" }))).toBe(
      "payload_not_right",
    );
    expect((await next()).id).toBe(of.id);
    expect(code(await letGoChanged(by, changed(of, "clicked three times")))).toBe("done");
    const [create, update] = await rowsOf(of.externalKey);
    expect([create?.state, update?.state]).toEqual(["pending", "pending"]);
    const before = of.payload.defect as object;
    expect(create?.payload).toEqual({
      ...of.payload,
      defect: { ...before, comment: "clicked three times" },
    });
    expect(
      await site.query("select before, by from delivery_edits where delivery_id = $1", [of.id]),
    ).toEqual([{ before: of.payload, by: by.id }]);
    expect(await entriesOf(of.id)).toMatchObject([
      {
        type: "document.let_go",
        person: by.id,
        body: { payloadSha256: of.payloadSha256, changed: ["remark"] },
      },
    ]);
    expect(await gateDecision(by, { delivery: of.id, rule: of.rule })).toMatchObject({
      what: "wasLetGoChanged",
      person: "Ivo Brandt",
      reason: "the operator was asked again",
    });
  });

  test("rejects a draft for a reason: nothing is sent of it or behind it, and all of it stays on record", async () => {
    const of = await next();
    expect(
      code(await reject(by, { command: uuidv7(), delivery: of.id, reason: "raised by phone" })),
    ).toBe("done");
    const rows = await rowsOf(of.externalKey);
    expect(rows.map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
    expect(rows[0]?.payload).toEqual(of.payload);
    expect(await gateDecision(by, { delivery: of.id, rule: of.rule })).toMatchObject({
      what: "wasRejected",
      reason: "raised by phone",
    });
    const again = { command: uuidv7(), delivery: of.id, payloadSha256: of.payloadSha256 };
    expect(code(await letGo(by, again))).toBe("document_not_waiting");
  });

  test("is of one site: another sees no rule, no draft and no evaluation of it, and decides none", async () => {
    const of = await next();
    const { id: rule } = (await rulesAtSite(by))[0] ?? { id: "" };
    const stranger = quinn.actor;
    expect((await documentsWaiting(stranger)).map(({ id }) => id)).not.toContain(of.id);
    expect((await rulesAtSite(stranger)).map(({ id }) => id)).not.toContain(rule);
    expect(await ruleAtSite(stranger, rule)).toBeNull();
    expect(await evaluationsOf(stranger, { traveler: of.traveler ?? "" })).toEqual([]);
    expect(await gateDecision(stranger, { delivery: of.id, rule: of.rule })).toBeNull();
    const command = uuidv7();
    const { id: delivery, payloadSha256 } = of;
    const refused = [
      await letGo(stranger, { command, delivery, payloadSha256 }),
      await letGoChanged(stranger, changed(of, "something else")),
      await reject(stranger, { command, delivery, reason: "no" }),
      await nextVersion(stranger, { command, rule, reason: "no" }),
      await retireRule(stranger, { command, rule, version: "2", reason: "no" }),
      await tryRule(stranger, { command, rule, version: "2", days: "7" }, origin),
    ];
    expect(refused.map(code)).toEqual([
      ...Array(3).fill("document_not_waiting"),
      ...Array(3).fill("rule_unknown"),
    ]);
    expect((await next()).id).toBe(of.id);
    expect(await rowsOf(of.externalKey)).toMatchObject([{ state: "gated" }, { state: "pending" }]);
  });
});

describe("a rule that the product brings in a newer form", () => {
  test("is offered at a site that was begun with the older, becomes a draft there, and is not offered again", async () => {
    const rule = ncr();
    const from = forSite(plant.site);
    expect((await shown(rule)).newer).toBeNull();
    // As a site has it that was begun with the product of before: with what was brought then.
    const first = await last(rule);
    const older = canonicalJson({
      ...first.content,
      follow: first.content.follow.filter((event) => event !== "unit.serials_assigned"),
    } as unknown as Canonical);
    const { version: before } = await last(rule);
    await from.routingRuleVersion.create({
      data: {
        ruleId: rule,
        version: before + 1,
        siteId: plant.site,
        content: older,
        contentSha256: sha256Hex(older),
        shipped: older,
        changedAt: new Date(),
        retiredAt: new Date(),
      },
    });
    const { newer } = await shown(rule);
    expect(newer?.content.follow).toContain("unit.serials_assigned");
    expect((await rulesAtSite(quinn.actor)).find(({ id }) => id === rule)?.newer).not.toBeNull();

    const reason = "Lots get their serial numbers late here.";
    const take = () => takeShipped(ana.actor, { command: uuidv7(), rule, reason });
    expect(code(await take())).toBe("done");
    expect((await last(rule)).content).toEqual(newer?.content);
    expect((await states(rule)).at(-1)).toBe(`${before + 2} draft`);
    expect(code(await take())).toBe("rule_draft_there");
    expect((await shown(rule)).newer).toBeNull();
    const { entries, texts } = await historyOf(ana.actor, "feed", rule);
    const drafted = entries.filter(({ entry }) => entry.type === "rule.drafted");
    expect(JSON.stringify(drafted.map(({ entry }) => entry.body))).toContain("the product");
    expect(Object.values(texts)).toContain(reason);

    // Whoever takes what is new out of it again, or drops it, has decided: it is not brought up once more.
    const { follow } = (await last(rule)).content;
    const without = follow.filter((event) => event !== "unit.serials_assigned");
    expect(code(await change(rule, { follow: without }))).toBe("done");
    expect((await shown(rule)).newer).toBeNull();
    const form = { command: uuidv7(), rule, version: String(before + 2), reason };
    expect(code(await retireRule(quinn.actor, form))).toBe("done");
    expect(code(await take())).toBe("nothing_changed");
  });
});

describe("a rule that the product brings and the site has never had", () => {
  const take = (of: string) =>
    takeNewRule(ana.actor, { command: uuidv7(), code: of, reason: "Our auditors ask for it." });

  test("becomes a draft that goes the way of every draft, once, and then follows the product's newer forms", async () => {
    const known = (await rulesAtSite(ana.actor)).map((rule) => rule.code);
    expect(newShipped(known).map((of) => of.code)).toContain("training-usage");
    const made = await take("training-usage");
    if (!made.ok) throw new Error(made.error.code);
    const { rule } = made.value;
    expect(await states(rule)).toEqual(["1 draft"]);
    const { content } = await last(rule);
    expect(content).toEqual(defaultRules["training-usage"]?.content(""));
    expect((await shown(rule)).newer).toBeNull();
    const now = (await rulesAtSite(ana.actor)).map((of) => of.code);
    expect(newShipped(now).map((of) => of.code)).not.toContain("training-usage");
    expect(code(await take("training-usage"))).toBe("rule_code_taken");
    const { entries, texts } = await historyOf(ana.actor, "feed", rule);
    expect(entries.map(({ entry }) => entry.body)).toEqual([
      expect.objectContaining({ rule: "training-usage", version: 1, cameWith: "the product" }),
    ]);
    expect(Object.values(texts)).toContain("Our auditors ask for it.");
    const [row] = await plant.query<{ same: boolean }>(
      "select shipped = content as same from routing_rule_versions where rule_id = $1",
      [rule],
    );
    expect(row).toEqual({ same: true });
  });

  test("is one of the product's: another can't be taken", async () => {
    expect(code(await take("rule-of-others"))).toBe("rule_unknown");
    expect(code(await take("constructor"))).toBe("rule_unknown");
  });
});
