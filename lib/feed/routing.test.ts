import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

// The router is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import type { CommandVerdict } from "#lib/travelers/schema";
import { defaultRules } from "./default-rules.rules.ts";
import { doEffects } from "./effects.worker.ts";
import { routeQueued } from "./routing.commands.ts";
import type { RuleContent } from "./rules.schema.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith } from "./testing/ports.ts";

const origin = "https://buyoff.northgate.example";
const nowhere = "http://127.0.0.1:9";
const open: TestPlant[] = [];
const plantHere = async () => {
  const plant = await aPlant(nowhere);
  open.push(plant);
  return plant;
};
afterEach(async () => {
  for (const plant of open.splice(0)) await plant.stop();
});

/** Puts a version in force from an instant on, as an approval does. */
async function inForce(
  plant: TestPlant,
  code: string,
  version: number,
  change: Partial<RuleContent>,
  from = "2000-01-01Z",
) {
  const like = defaultRules[code] ?? defaultRules["ncr-from-defect"];
  const text = canonicalJson({ ...like?.content("qms"), ...change } as unknown as Canonical);
  const id = derivedId(plant.site, `rule/${code}`);
  await plant.query(
    "insert into routing_rules (id, site_id, code, created_at) values ($1, $2, $3, now()) on conflict do nothing",
    [id, plant.site, code],
  );
  await plant.query(
    `insert into routing_rule_versions (rule_id, version, site_id, content, content_sha256, changed_at, approved_at, effective_from)
     values ($1, $2, $3, $4, $5, now(), now(), $6)`,
    [id, version, plant.site, text, sha256Hex(text), from],
  );
}

const routeAll = async (limit = 200) => {
  while ((await routeQueued(origin, limit)) > 0);
};
type Row = {
  rule: string;
  rule_version: number;
  event: string;
  outcome: string;
  detail: string | null;
  inputs_sha256: string | null;
};
const evaluations = (plant: TestPlant) =>
  plant.query<Row>(
    `select rule, rule_version, event, outcome, detail, inputs_sha256 from routing_evaluations
      where site_id = $1 order by stream_id, seq, event, rule, rule_version`,
    [plant.site],
  );
type Sent = {
  operation: string;
  external_key: string;
  ordering_key: string;
  state: string;
  rule_version: number;
  payload: object;
};
const sent = (plant: TestPlant) =>
  plant.query<Sent>(
    `select operation, external_key, ordering_key, state::text, rule_version, payload from deliveries
      where site_id = $1 order by position`,
    [plant.site],
  );

const byUnit = {
  follow: [],
  correlate: {
    key: [{ name: "code", from: "data.code.code", mayBeEmpty: false }],
    window: "until-closed",
    fold: "update" as const,
  },
};

describe("the router", () => {
  test("writes what each version in force made of each event that it listens to, and nothing of the others", async () => {
    const plant = await plantHere();
    await inForce(plant, "events-to-bus", 1, { on: ["defect.logged"] });
    const { traveler, defect } = await plant.logDefect();
    await plant.comment(traveler, defect, "2");
    await routeAll();
    const made = await evaluations(plant);
    expect(made.map(({ rule, event, outcome }) => [rule, event, outcome])).toEqual([
      ["events-to-bus", "defect.logged", "matched"],
      ["ncr-from-defect", "defect.logged", "matched"],
      ["ncr-from-defect", "defect.amended", "matched"],
    ]);
    expect(made.every(({ inputs_sha256 }) => /^[0-9a-f]{64}$/.test(inputs_sha256 ?? ""))).toBe(
      true,
    );
    expect((await sent(plant)).map(({ operation }) => operation).sort()).toEqual([
      "create",
      "publish",
      "update",
    ]);
    // The release of the unit is an entry too; no rule listens to it.
    expect(await plant.query("select from routing_queue where site_id = $1", [plant.site])).toEqual(
      [],
    );
  });

  test("failure 5: three at once of the same key are one record and two updates", async () => {
    const plant = await plantHere();
    await inForce(plant, "ncr-from-defect", 2, byUnit, "2000-01-02Z");
    await Promise.all([plant.logDefect(), plant.logDefect(), plant.logDefect()]);
    await Promise.all([routeAll(1), routeAll(2), routeAll(3)]);
    await routeAll();
    const made = await sent(plant);
    expect(made.map(({ operation }) => operation)).toEqual(["create", "update", "update"]);
    expect(new Set(made.map(({ ordering_key }) => ordering_key)).size).toBe(1);
  });

  test("failure 53: each entry is decided by the version in force when it was recorded, and says so", async () => {
    const plant = await plantHere();
    await plant.logDefect();
    const later = new Date(Date.now() + 1).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await inForce(
      plant,
      "ncr-from-defect",
      2,
      { gate: { mode: "needs-approval", role: "quality" } },
      later,
    );
    await plant.logDefect();
    // Both are routed after the second version is there.
    await routeAll();
    expect((await sent(plant)).map(({ rule_version, state }) => [rule_version, state])).toEqual([
      [1, "pending"],
      [2, "gated"],
    ]);
  });

  test("failures 54, 55: a rule that fails is an error on record and keeps back no other rule and no other key", async () => {
    const plant = await plantHere();
    await inForce(plant, "broken", 1, { when: "$error('it broke')" });
    await inForce(plant, "odd", 1, { when: "data.severity" });
    await plant.logDefect();
    await plant.logDefect();
    await routeAll();
    const made = await evaluations(plant);
    const of = (rule: string) =>
      made.filter((one) => one.rule === rule).map(({ outcome, detail }) => `${outcome}: ${detail}`);
    expect(of("broken")).toEqual(Array(2).fill("error: the condition failed: it broke"));
    expect(of("odd")).toEqual(
      Array(2).fill('error: the condition gave "major" and not true or false'),
    );
    expect((await sent(plant)).filter(({ operation }) => operation === "create")).toHaveLength(2);
  });

  test("failure 6: entries that come again, from a replay or a restore, make nothing", async () => {
    const plant = await plantHere();
    const { traveler, defect } = await plant.logDefect();
    await plant.comment(traveler, defect, "2");
    await routeAll();
    const before = [await sent(plant), await evaluations(plant)];
    await plant.query(
      "insert into routing_queue (site_id, stream_id, seq) select site_id, stream_id, seq from entries where site_id = $1",
      [plant.site],
    );
    await routeAll();
    expect([await sent(plant), await evaluations(plant)]).toEqual(before);
  });

  test("a turn that takes too long ends with what it has done, and the next goes on from there", async () => {
    const plant = await plantHere();
    await routeAll();
    for (let n = 0; n < 3; n += 1) await plant.logDefect();
    // A release and a defect of each: no rule listens to the release.
    const turns: number[] = [];
    for (let done = 1; done > 0; ) {
      done = await routeQueued(origin, 200, 0);
      turns.push(done);
      expect((await sent(plant)).length).toBe(Math.min(turns.length, 3));
    }
    expect(turns).toEqual([3, 2, 1, 0]);
  });

  test("an event of a unit whose instruction is not known is an error, and the next goes on", async () => {
    const plant = await plantHere();
    // No entry releases this traveler: nothing can be told of it.
    await plant.append(uuidv7(), {
      type: "defect.withdrawn",
      body: { defect: uuidv7(), reason: "0".repeat(64) },
    });
    await plant.logDefect();
    await routeAll();
    const made = await evaluations(plant);
    expect(made.map(({ outcome }) => outcome).sort()).toEqual(["error", "matched"]);
    expect(made.find(({ outcome }) => outcome === "error")?.detail).toMatch(
      /before traveler.released/,
    );
  });
});

/** What two plants that live through the same do not share. */
const ofTheMoment = new Set([
  "hash",
  "at",
  "occurredAt",
  "recordedAt",
  "inputs_sha256",
  "eventId",
  "by",
  "site",
]);

test("whatever the batches and however often the router is stopped, a stream makes the same deliveries", async () => {
  // What happens to units one and two, in the order of the record.
  const deed = fc.record({
    unit: fc.nat({ max: 1 }),
    what: fc.constantFrom("log", "comment", "withdraw"),
  });
  const shapeOf = async (plant: TestPlant, names: Map<string, string>) => {
    const told = (row: object) => {
      const text = JSON.stringify(row, (key, value) => (ofTheMoment.has(key) ? undefined : value));
      return [...names]
        .reduce((said, [id, name]) => said.replaceAll(id, name), text)
        .replaceAll(plant.site, "SITE")
        .replace(/buyoff:SITE:CAPA_CANDIDATE:[0-9a-f]{20}/g, "CAPA");
    };
    const deliveries = (await sent(plant)).map(told);
    return [...deliveries, ...(await evaluations(plant)).map(told).sort()];
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 2, maxLength: 9 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      async (deeds, sizes) => {
        const plants = [await plantHere(), await plantHere()] as const;
        const shapes: string[][] = [];
        for (const [index, plant] of plants.entries()) {
          await inForce(plant, "by-code", 1, {
            ...byUnit,
            process: "CAPA_CANDIDATE",
            on: ["defect.logged"],
          });
          const names = new Map<string, string>();
          const units = [uuidv7(), uuidv7()];
          const logged: string[][] = [[], []];
          for (const [at, { unit, what }] of deeds.entries()) {
            const traveler = units[unit] ?? "";
            const last = logged[unit]?.at(-1);
            if (what === "log" || !last) {
              const { defect, key } = await plant.logDefect(traveler);
              logged[unit]?.push(defect);
              names.set(key, `KEY-${at}`).set(defect, `DEFECT-${at}`);
            } else if (what === "comment") await plant.comment(traveler, last, "2");
            else
              await plant.append(traveler, {
                type: "defect.withdrawn",
                body: { defect: last, reason: "0".repeat(64) },
              });
            // One is routed as it comes, in odd batches; the other all at once in the end.
            if (index === 0) await routeQueued(origin, sizes[at % sizes.length]);
          }
          await routeAll(index === 0 ? 1 : 200);
          for (const [at, unit] of units.entries()) names.set(unit, `UNIT-${at}`);
          shapes.push(await shapeOf(plant, names));
        }
        expect(shapes[0]).toEqual(shapes[1]);
      },
    ),
    { numRuns: 5 },
  );
});

test("a hold that a rule places is placed once, and waits for no other system", async () => {
  const plant = await plantHere();
  await inForce(
    plant,
    "ncr-from-defect",
    2,
    { effects: [{ kind: "hold", reason: "NCR" }] },
    "2000-01-02Z",
  );
  const { traveler } = await plant.logDefect();
  await routeAll();
  const asked: { traveler: string; id: string; reason: unknown }[] = [];
  const verdicts: CommandVerdict["verdict"][] = ["retry_later", "applied"];
  const ports = {
    ...portsWith(),
    applyCommand: async (
      _: unknown,
      of: { traveler: string; command: { id: string; body: unknown } },
    ) => {
      asked.push({
        traveler: of.traveler,
        id: of.command.id,
        reason: (of.command.body as { reason: string }).reason,
      });
      const verdict = verdicts.shift();
      return verdict === "applied"
        ? { id: of.command.id, verdict, seq: 1 }
        : { id: of.command.id, verdict: "retry_later" as const, afterMs: 0 };
    },
  } as ReturnType<typeof portsWith>;
  expect([await doEffects(ports), await doEffects(ports), await doEffects(ports)]).toEqual([
    1, 1, 0,
  ]);
  expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(asked[0]).toMatchObject({ traveler, reason: "NCR" });
  expect(
    await plant.query("select state from routing_effects where site_id = $1", [plant.site]),
  ).toEqual([{ state: "done" }]);
});
