import { describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import {
  aHold,
  anInstruction,
  aPlant,
  asAdministrator,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import type { InstructionContent } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { dateIn, instant, plusMinutes } from "#lib/kit/time";
import { withdrawBadge } from "#lib/people/changes.commands";
import { withdrawQualification } from "#lib/people/qualifications.commands";
import { replayRecord } from "#lib/record/replay.queries";
import { entryLine } from "#lib/record/schema";
import { applyCommand } from "./commands.ts";
import type { Command, CommandVerdict } from "./schema.ts";

const now = () => instant(Date.now());
const ago = (minutes: number) => plusMinutes(now(), -minutes);

const codesOf = (verdicts: readonly CommandVerdict[]) =>
  verdicts.map((of) => (of.verdict === "recorded_not_applied" ? of.refusal.code : of.verdict));

/** A tablet that last heard of the plant an hour ago, and did the first step since. */
async function away(content: InstructionContent = anInstruction()) {
  const plant = await aPlant(content);
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  return {
    plant,
    traveler,
    tablet,
    quality,
    /** Done so many minutes ago, to within a tenth of a second. */
    acts: (minutes: number, more: { asOf?: string } = {}) =>
      firstStep(plant).map((command) =>
        actOn(plant, tablet, traveler, command, { wall: ago(minutes), ...more }),
      ),
    hold: async (minutes: number) => {
      const command = { ...aHold(), id: uuidv7() } as Extract<Command, { type: "placeHold" }>;
      await applyCommand(quality, { traveler, command, at: ago(minutes) });
      return command.body.hold;
    },
  };
}

function actOn(
  plant: TestPlant,
  tablet: TestTablet,
  traveler: string,
  command: Parameters<TestTablet["envelope"]>[2],
  more: { wall: string; asOf?: string },
) {
  const clock = { lastServerContact: ago(60), uncertainty: 100, step: 0, asOf: ago(60), ...more };
  return tablet.envelope(plant.people.operator, traveler, command, {}, clock);
}

async function entriesOf(plant: TestPlant, stream: string) {
  const rows = await forSite(plant.site).entry.findMany({
    where: { streamId: stream },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ line }) => entryLine.parse(JSON.parse(line)));
}
const typesOf = async (plant: TestPlant, stream: string) =>
  (await entriesOf(plant, stream)).map(({ type }) => type);

const signalsOf = async (plant: TestPlant, traveler: string) =>
  (await stateOf(plant, traveler)).signals.map(({ kind }) => kind);

const all = (what: string) => [what, what, what, what];

const outOfUse = (plant: TestPlant, status: string, minutes: number) =>
  asAdministrator(async (client) => {
    const where = "where content_sha256 = $1";
    await client.query(`update instruction_revisions set status = '${status}' ${where}`, [
      plant.sha256,
    ]);
    await client.query(`update instruction_revisions set status_at = $2 ${where}`, [
      plant.sha256,
      ago(minutes),
    ]);
  });

describe("nothing happened meanwhile", () => {
  it("applied, with both times and the interval in which it was done", async () => {
    const { plant, traveler, tablet, acts } = await away();
    const sent = acts(30);
    expect(codesOf(await tablet.send(...sent))).toEqual(all("applied"));
    const entry = (await entriesOf(plant, traveler)).find(({ type }) => type === "step.started");
    const wall = sent[1]?.at.wall ?? "";
    expect(entry).toMatchObject({ occurredAt: wall, clock: { wall, skew: 0 } });
    expect(entry?.clock?.earliest).toBe(instant(Date.parse(wall) - 100));
    expect(entry?.clock?.latest).toBe(instant(Date.parse(wall) + 100));
    expect(entry?.recordedAt && entry.recordedAt > wall).toBe(true);
    expect(await signalsOf(plant, traveler)).toEqual([]);
  });
});

describe("revision superseded after the act", () => {
  it.each(["superseded", "withdrawn"])("applied, flagged once (%s)", async (status) => {
    const { plant, traveler, tablet, acts } = await away();
    await outOfUse(plant, status, 10);
    expect(codesOf(await tablet.send(...acts(30)))).toEqual(all("applied"));
    expect(await signalsOf(plant, traveler)).toEqual(["superseded_revision"]);
    expect(await replayRecord(plant.site)).toMatchObject({ different: 0, differences: [] });
  });
});

describe("revision superseded or withdrawn before it", () => {
  it.each([
    ["superseded", "revision_superseded"],
    ["withdrawn", "revision_withdrawn"],
  ])("not applied (%s)", async (status, code) => {
    const { plant, traveler, tablet, acts } = await away();
    await outOfUse(plant, status, 45);
    const [, ...work] = codesOf(await tablet.send(...acts(30)));
    expect(work).toEqual([code, code, code]);
    expect(await signalsOf(plant, traveler)).toEqual(["conflict", "conflict", "conflict"]);
  });

  it("applied where the tablet knew of a superseded one: that is a signal, and the order may finish", async () => {
    const { plant, tablet, acts } = await away();
    await outOfUse(plant, "superseded", 45);
    expect(codesOf(await tablet.send(...acts(30, { asOf: ago(40) })))).toEqual(all("applied"));
  });
});

describe("hold placed before it", () => {
  it("not applied, to review with both sides", async () => {
    const { plant, traveler, tablet, acts, hold } = await away();
    await hold(45);
    const [, ...work] = codesOf(await tablet.send(...acts(30)));
    expect(work).toEqual(["on_hold", "on_hold", "on_hold"]);
    const refused = (await entriesOf(plant, traveler)).filter(
      ({ type }) => type === "command.not_applied",
    );
    expect(refused).toHaveLength(3);
    expect(refused[0]?.body).toMatchObject({ conflict: true, command: "startStep" });
    const knew = refused.map(({ body }) => (body as { knewAt: string }).knewAt);
    expect(knew.every((at) => at < ago(59))).toBe(true);
  });

  it("not applied where it may have been placed before: the interval straddles it", async () => {
    const { tablet, plant, traveler, hold } = await away();
    await hold(30);
    const [, start] = firstStep(plant);
    if (!start) throw new Error("no step");
    const act = actOn(plant, tablet, traveler, start, { wall: ago(30.0005) });
    expect(codesOf(await tablet.send(act))).toEqual(["on_hold"]);
  });

  it("applied where it was placed after", async () => {
    const { tablet, acts, hold } = await away();
    await hold(10);
    expect(codesOf(await tablet.send(...acts(30)))).toEqual(all("applied"));
  });

  it("not applied where it has been released since, and the act fell into it; applied after it", async () => {
    const { traveler, tablet, quality, acts, hold } = await away();
    const placed = await hold(45);
    const body = { hold: placed, comment: "looked at", byHand: null };
    const release = { id: uuidv7(), type: "releaseHold", body } as Command;
    const done = await applyCommand(quality, { traveler, command: release, at: ago(20) });
    expect(done.verdict).toBe("applied");
    const [, ...work] = codesOf(await tablet.send(...acts(30)));
    expect(work).toEqual(["on_hold", "on_hold", "on_hold"]);
    expect(codesOf(await tablet.send(...acts(10)))).toEqual(all("applied"));
  });

  it("holds for a hold of the whole site, before and after alike", async () => {
    const { plant, tablet, acts } = await away();
    const place = (minutes: number) =>
      asAdministrator((client) =>
        client.query(
          `insert into plant_holds (id, site_id, scope, subject, reason, owner, placed_by, placed_at)
           values ($1, $2, 'site', 'x', 'quality_doubt', 'quality', $3, $4)`,
          [uuidv7(), plant.site, plant.people.quality.id, ago(minutes)],
        ),
      );
    await place(10);
    expect(codesOf(await tablet.send(...acts(30)))).toEqual(all("applied"));
    await place(45);
    const [, start] = codesOf(await tablet.send(...acts(25)));
    expect(start).toBe("on_hold");
  });
});

describe("step already done elsewhere", () => {
  it("not applied, and both are on the record: exactly one of two tablets, online or not", async () => {
    const { plant, traveler, tablet, acts } = await away();
    const other = await plant.tablet();
    const theirs = firstStep(plant).map((command) =>
      actOn(plant, other, traveler, command, { wall: ago(20) }),
    );
    const mine = acts(30);
    const [a, b] = await Promise.all([tablet.send(...mine), other.send(...theirs)]);
    const applied = [a, b].map((of) => codesOf(of).filter((code) => code === "applied").length);
    // Showing the step is no contest; starting, reading and completing it are.
    expect(applied.toSorted()).toEqual([1, 4]);
    const types = await typesOf(plant, traveler);
    expect(types.filter((type) => type === "step.completed")).toHaveLength(1);
    expect(types.filter((type) => type === "command.not_applied")).toHaveLength(3);
    expect(await signalsOf(plant, traveler)).toEqual(["conflict", "conflict", "conflict"]);
  });
});

describe("qualification or badge revoked before it", () => {
  const asking = () => {
    const content = anInstruction();
    for (const step of content.operations[0]?.steps ?? []) step.qualifications = ["Q-OFF"];
    return content;
  };
  const qualified = async (plant: TestPlant) => {
    const scoped = forSite(plant.site);
    const code = "Q-OFF";
    await scoped.qualification.upsert({
      where: { code },
      create: { code, name: { en: code }, waivableBy: "nobody" },
      update: {},
    });
    const { id } = await scoped.personQualification.create({
      data: {
        id: uuidv7(),
        personId: plant.people.operator.id,
        code,
        authority: "QA",
        evidence: "E-1",
        validFrom: new Date("2020-01-01"),
      },
    });
    return id;
  };
  const today = () => dateIn("America/Chicago", now());

  it("qualification: applied before it, not applied after it, on the same day", async () => {
    await aDayThatLasts("America/Chicago");
    const { plant, traveler, tablet, quality, acts } = await away(asking());
    const id = await qualified(plant);
    const done = await withdrawQualification(quality, {
      command: uuidv7(),
      qualification: id,
      withdrawnOn: today(),
      authority: "QA",
      reason: "failed the test",
    });
    expect(done.ok).toBe(true);
    expect(codesOf(await tablet.send(...acts(30)))).toEqual(all("applied"));
    const [, second] = plant.content.operations[0]?.steps ?? [];
    const start = { type: "startStep", body: { step: second?.id } } as never;
    const later = actOn(plant, tablet, traveler, start, { wall: now() });
    expect(codesOf(await tablet.send(later))).toEqual(["not_qualified"]);
  });

  it("badge: applied before it, not applied after it", async () => {
    const { plant, traveler, tablet, quality, acts } = await away();
    const badge = `B-${uuidv7()}`;
    await forSite(plant.site).badge.create({
      data: { id: badge, personId: plant.people.operator.id, secretHash: "$argon2id$v=19$never" },
    });
    const done = await withdrawBadge(quality, { command: uuidv7(), badge, reason: "lost" });
    expect(done.ok).toBe(true);
    expect(codesOf(await tablet.send(...acts(30)))).toEqual(all("applied"));
    const later = actOn(plant, tablet, traveler, aHold(), { wall: now() });
    expect(codesOf(await tablet.send(later))).toEqual(["badge_withdrawn"]);
    expect(await signalsOf(plant, traveler)).toEqual(["conflict"]);
  });
});

describe("device revoked or chain forked", () => {
  const kept = async (plant: TestPlant, sent: unknown) => {
    const sha256 = canonicalSha256(sent as never);
    const row = await forSite(plant.site).textBlob.findFirst({ where: { sha256 } });
    return row?.text ? JSON.parse(row.text) : null;
  };

  it("revoked: quarantined, whole", async () => {
    const { plant, traveler, tablet, acts } = await away();
    await forSite(plant.site).device.update({
      where: { id: tablet.device },
      data: { revokedAt: new Date() },
    });
    const sent = acts(30);
    expect(codesOf(await tablet.send(...sent))).toEqual(all("device_revoked"));
    expect(await signalsOf(plant, traveler)).toEqual(all("quarantined"));
    for (const act of sent) expect(await kept(plant, act)).toEqual(act);
  });

  it("forked: it and all that follows, until somebody has looked", async () => {
    const { plant, traveler, tablet, quality, acts } = await away();
    const first = acts(30);
    expect(codesOf(await tablet.send(...first))).toEqual(all("applied"));
    const copied = { ...acts(29)[0], deviceSeq: 2, devicePrev: first[0]?.devicePrev };
    const next = actOn(plant, tablet, traveler, aHold(), { wall: ago(5) });
    const following = { ...next, deviceSeq: 9 };
    expect(codesOf(await tablet.send(copied, following))).toEqual([
      "device_forked",
      "device_forked",
    ]);
    expect(await signalsOf(plant, traveler)).toEqual(["quarantined", "quarantined"]);
    expect(await kept(plant, copied)).toEqual(copied);
    const again = { ...next, id: uuidv7(), deviceSeq: 10 };
    expect(codesOf(await tablet.send(again))).toEqual(["device_forked"]);
    expect(quality.id).toBe(plant.people.quality.id);
  });
});

describe("a wrong clock", () => {
  const day = 24 * 60;

  it("failure 27: is told once for each time it turns out otherwise, not for each act", async () => {
    const { plant, traveler, tablet } = await away();
    const note = { type: "addNote", body: { step: null, text: "seen" } } as const;
    const send = (ahead: number, minutes: number[]) => {
      const bootId = uuidv7();
      const sent = minutes.map((minute) =>
        tablet.envelope(
          plant.people.operator,
          traveler,
          note,
          {},
          {
            wall: ago(minute - ahead),
            monotonic: Math.round((1000 - minute) * 60_000),
            bootId,
            lastServerContact: ago(60),
            skew: -ahead * 60_000,
            uncertainty: 100,
            step: 0,
          },
        ),
      );
      const clock = { wall: ago(-ahead), monotonic: 60_000_000, bootId };
      return tablet.sendAs({ protocol: 2, clock, commands: sent });
    };
    await send(180, [30, 20]);
    await send(180, [10, 9]);
    expect((await typesOf(plant, traveler)).filter((type) => type === "clock.skewed")).toHaveLength(
      1,
    );
    await send(0, [8, 7]);
    await send(-3 * day, [6, 5]);
    const told = (await entriesOf(plant, traveler)).flatMap(({ type, body }) =>
      type === "clock.skewed" ? [Math.round((body as { skewMs: number }).skewMs / 60_000)] : [],
    );
    expect(told).toEqual([-180, 0, 3 * day]);
  });
});
