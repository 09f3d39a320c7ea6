import type { Locator, Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import { dateIn, instant } from "#lib/kit/time";
import { changePerson, withdrawBadge } from "#lib/people/changes.commands";
import { revokeDevice } from "#lib/people/devices.commands";
import { withdrawQualification } from "#lib/people/qualifications.commands";
import type { Actor } from "#lib/people/schema";
import { demoSites } from "../prisma/seed/plant.ts";
import { expect, test } from "./fixtures.ts";
import { conflictCount, conflictsOf } from "./support/conflicts.ts";
import { entriesOf } from "./support/database.ts";
import {
  aColleague,
  asQuality,
  away,
  back,
  type Colleague,
  done,
  firstStep,
  leaves,
  linesOf,
  outOfUse,
  seesRefused,
  untilClearlyPast,
  whatCameOf,
} from "./support/meanwhile.ts";
import { aDisk, addPhoto, isLocked, photosUnsent, writeNote } from "./support/offline.ts";
import { aPicture } from "./support/pictures.ts";
import { Player } from "./support/player.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { atUnit } from "./support/troubled.ts";
import { aSerial, aUnit, type UnitWanted, units } from "./support/units.ts";

// Row by row what docs/offline.md says of what happened meanwhile: at the tablet, on the record, in the room.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED|401 \(Unauthorized\)/ });
async function twoUnits(of: Partial<UnitWanted> = {}) {
  const [first, second] = await units([
    { unit: aSerial(), ...of },
    { unit: aSerial(), ...of },
  ]);
  if (!first || !second) throw new Error("two units were asked for");
  return [first, second] as const;
}

/** Says why in the dialog of one line of the room. */
async function decides(card: Locator, open: string, send: string, why: string): Promise<void> {
  await card.getByRole("button", { name: open }).click();
  const dialog = card.page().getByRole("dialog");
  await dialog.getByLabel("Why").fill(why);
  await dialog.getByRole("button", { name: send }).click();
  await expect(dialog).toBeHidden();
}

test("hold placed before it: not applied, both sides in the room, closed with a reason", async ({
  page,
  desk,
}) => {
  const unit = await aUnit();
  const quality = await atDesk(desk, "Ingrid Maurer");
  const player = await away(page, [unit]);
  await logDefect(quality, unit, { comment: "Scratch across the web, found at the desk" });
  await firstStep(player, unit);
  await back(player);
  await seesRefused(player, unit, "This is on hold", () => seen(page, "what was not applied"));
  const { types, refused } = await whatCameOf(unit);
  expect(refused[0]).toMatchObject({ refusal: "on_hold", conflict: true });
  expect(types).not.toContain("step.completed");

  await desk.goto(`${run.origin}/`);
  await expect(desk.locator("[data-section=conflicts]")).toContainText("not applied");
  const before = await conflictCount(desk, unit);
  const card = (await conflictsOf(desk, unit)).first();
  await expect(card).toContainText("Marisol Reyes");
  await expect(card).toContainText("At the plant meanwhile");
  await expect(card).toContainText("on hold");
  await expect(card).toContainText("Priya Raman");
  await seen(desk, "conflicts");
  await card.getByRole("button", { name: "Close" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await dialog.getByLabel("Why").fill("Done again after the hold was released; see the note");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await expect(dialog).toBeHidden();
  expect((await whatCameOf(unit)).types).toContain("signal.reviewed");
  await expect.poll(() => conflictCount(desk, unit)).toBe(before - 1);
  await desk.context().addCookies([{ name: "buyoff-locale", value: "es", url: run.origin }]);
  await desk.goto(`${run.origin}/conflicts`);
  await expect(desk.getByRole("heading", { name: "Conflictos" })).toBeVisible();
  await seen(desk, "conflicts es");
});

test("hold placed after it: applied, although the unit is on hold when it arrives", async ({
  page,
  desk,
}) => {
  const unit = await aUnit();
  const quality = await atDesk(desk, "Ingrid Maurer");
  const player = await away(page, [unit]);
  await firstStep(player, unit);
  await untilClearlyPast(player);
  await logDefect(quality, unit);
  await back(player);
  const { types, refused } = await whatCameOf(unit);
  expect(refused).toEqual([]);
  expect(types.indexOf("step.completed")).toBeGreaterThan(types.indexOf("hold.placed"));
});

test("step already done elsewhere: exactly one of them, and both are shown", async ({
  page,
  desk,
}) => {
  const unit = await aUnit();
  const quality = await atDesk(desk, "Ingrid Maurer");
  const player = await away(page, [unit]);
  await atUnit(quality, unit).work((next) => next.type === "startStep" && next.step === "010.2");
  await firstStep(player, unit);
  await back(player);
  const { types, refused } = await whatCameOf(unit);
  expect(types.filter((type) => type === "step.completed")).toHaveLength(1);
  expect(refused).not.toEqual([]);
  const card = (await conflictsOf(desk, unit)).first();
  await expect(card).toContainText("At the tablet");
  await expect(card).toContainText("Step completed");
});

test("revision superseded after it: applied and flagged; superseded or withdrawn before it: not applied", async ({
  page,
  desk,
}) => {
  const [since, superseded, withdrawn] = await units(
    Array.from({ length: 3 }, () => ({ unit: aSerial(), alone: true })),
  );
  if (!since || !superseded || !withdrawn) throw new Error("three units were asked for");
  await atDesk(desk, "Ingrid Maurer");
  const player = await away(page, [since, superseded, withdrawn]);
  await firstStep(player, since);
  await untilClearlyPast(player);
  await outOfUse(since, "superseded");
  await outOfUse(superseded, "superseded");
  await outOfUse(withdrawn, "withdrawn");
  for (const unit of [superseded, withdrawn]) {
    await player.goTo(unit);
    await firstStep(player, unit);
  }
  await back(player);
  const why = /This instruction revision, .*, was (superseded before this was done|withdrawn)/;
  await seesRefused(player, null, why, () => seen(page, "a revision that was superseded"));

  await test.step("after it: on the record once, and in the room to be looked at", async () => {
    const { types, refused } = await whatCameOf(since);
    expect(refused).toEqual([]);
    expect(types).toContain("step.completed");
    expect(types.filter((type) => type === "revision.superseded_in_use")).toHaveLength(1);
    const card = await conflictsOf(desk, since);
    await expect(card).toHaveCount(1);
    await expect(card).toContainText("Revision superseded");
    await seen(desk, "applied, and superseded since");
    await decides(card, "Close", "Close it", "The new revision changes nothing for this unit");
    await expect.poll(() => conflictCount(desk, since)).toBe(0);
  });
  for (const [unit, refusal, says] of [
    [superseded, "revision_superseded", "Revision superseded"],
    [withdrawn, "revision_withdrawn", "Revision withdrawn"],
  ] as const) {
    await test.step(`${refusal}: nothing of the step counts`, async () => {
      const { types, refused } = await whatCameOf(unit);
      expect(types).not.toContain("step.completed");
      expect(new Set(refused.map((of) => of.refusal))).toEqual(new Set([refusal]));
      const card = (await conflictsOf(desk, unit)).first();
      await expect(card).toContainText("Marisol Reyes");
      await expect(card).toContainText(says);
    });
  }
});

type Taking = {
  what: string;
  refusal: string;
  /** At the tablet. */
  says: string;
  /** In the room. */
  shows: string;
  take: (quality: Actor, from: Colleague) => Promise<unknown>;
};

const command = () => uuidv7();
const takings: readonly Taking[] = [
  {
    what: "a qualification",
    refusal: "not_qualified",
    says: "does not hold Q-ASM-R",
    shows: "Qualification withdrawn Q-ASM-R",
    take: (quality, { qualification }) =>
      done(
        withdrawQualification(quality, {
          command: command(),
          qualification,
          withdrawnOn: dateIn(demoSites.ng1.timeZone, instant(Date.now())),
          authority: "Quality",
          reason: "Failed the test",
        }),
      ),
  },
  {
    what: "the badge of the sign-in",
    refusal: "badge_withdrawn",
    says: "The badge that signed in here was withdrawn",
    shows: "Badge withdrawn",
    take: (quality, { badgeId: badge }) =>
      done(withdrawBadge(quality, { command: command(), badge, reason: "Lost" })),
  },
  {
    what: "a role",
    refusal: "not_permitted",
    says: "Your role may not do this",
    shows: "Role withdrawn operator",
    take: (quality, { id: person, name }) =>
      done(
        changePerson(quality, {
          command: command(),
          person,
          name,
          locale: "en",
          status: "active",
          roles: [],
          reason: "Works elsewhere now",
        }),
      ),
  },
];

for (const { what, refusal, says, shows, take } of takings) {
  test(`${what} withdrawn: applied what was done before it, not what was done after it`, async ({
    page,
    desk,
  }) => {
    const [[before, after], colleague] = await Promise.all([twoUnits(), aColleague()]);
    const quality = await atDesk(desk, "Ingrid Maurer");
    const player = await away(page, [before, after], colleague);
    await firstStep(player, before);
    await player.goTo(after);
    await untilClearlyPast(player);
    await take(await asQuality(quality), colleague);
    await firstStep(player, after);
    await back(player);
    await seesRefused(player, after, says, () => seen(page, `${refusal} meanwhile`));

    const kept = await whatCameOf(before);
    expect(kept.refused).toEqual([]);
    expect(kept.types).toContain("step.completed");
    const { types, refused } = await whatCameOf(after);
    expect(types).not.toContain("step.completed");
    expect(new Set(refused.map((of) => of.refusal))).toEqual(new Set([refusal]));

    const card = (await conflictsOf(desk, after)).first();
    await expect(card).toContainText(colleague.name);
    await expect(card).toContainText(shows);
    await expect(card).toContainText("Ingrid Maurer");
    await seen(desk, `${refusal} in the room`);
  });
}

/** What the server says to a picture that no act has spoken of. */
const uploadStatus = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const headers = { "content-type": "image/png", "x-buyoff": "1" };
    const path = `/api/blobs/${"0".repeat(64)}`;
    return (await fetch(path, { method: "PUT", headers, body: "0" })).status;
  });

test("tablet revoked: in quarantine, decided after all or rejected at the desk, in the name of who did it", async ({
  page,
  desk,
}) => {
  const unit = await aUnit();
  const quality = await atDesk(desk, "Ingrid Maurer");
  const player = await away(page, [unit]);
  const [shown] = (await linesOf(unit)).filter(({ type }) => type === "step.presented");
  await firstStep(player, unit);
  await addPhoto(page, aPicture.bytes);
  await page.keyboard.press("Escape");
  await done(revokeDevice(await asQuality(quality), shown.device));
  await back(player);
  await expect(page.getByRole("status")).toContainText("This tablet was revoked");
  await expect(page.getByRole("status")).toContainText("All that was done on it is with quality");
  await seen(page, "a tablet that was revoked");
  // Its photo has come with the act that speaks of it; nothing else is taken from it.
  expect(await photosUnsent(page)).toBe(0);
  const [photo] = (await whatCameOf(unit)).refused.filter((of) => of.command === "attachPhoto");
  expect(photo?.refusal).toBe("device_revoked");
  expect(await uploadStatus(page)).toBe(401);
  const acts = (await whatCameOf(unit)).refused;
  expect(new Set(acts.map(({ refusal }) => refusal))).toEqual(new Set(["device_revoked"]));
  expect(acts.map((of) => of.command)).toEqual([
    "startStep",
    "recordReading",
    "completeStep",
    "presentStep",
    "attachPhoto",
  ]);

  const card = (await conflictsOf(desk, unit)).first();
  await expect(card).toContainText("Marisol Reyes");
  await expect(card).toContainText("This tablet is no longer enrolled");
  await seen(desk, "quarantine");
  for (let left = acts.length; left > 1; left -= 1) {
    await decides(card, "Decide now", "Decide it now", "The tablet was found; she did it herself");
    await expect.poll(() => conflictCount(desk, unit)).toBe(left - 1);
    await conflictsOf(desk, unit);
  }
  await decides(card, "Reject", "Reject it", "Opening a step again proves nothing");
  await expect.poll(() => conflictCount(desk, unit)).toBe(0);
  const [completed, ...others] = (await linesOf(unit)).filter(
    ({ type }) => type === "step.completed",
  );
  expect(others).toEqual([]);
  expect(completed).toMatchObject({ person: shown.person, device: shown.device });
  expect(completed.occurredAt < completed.recordedAt).toBe(true);
});

test("two tablets with one key: nothing of what comes second counts until somebody has looked", async ({
  desk,
}) => {
  const [first, second] = await twoUnits();
  await atDesk(desk, "Ingrid Maurer");
  const address = `${run.origin}/floor?idle=3600`;
  const disk = await aDisk();
  const original = await disk.start(address);
  await original.page.getByRole("button", { name: "ASM-1" }).click();
  await isLocked(original.page);
  const known = new Player(original.page, run.origin);
  await known.meet();
  await leaves(known, [first, second]);
  await back(known);
  await original.kill();
  const copy = await disk.copied();
  const [one, other] = await Promise.all([disk.start(address), copy.start(address)]);
  try {
    const [rightful, copied] = [one, other].map(({ page }) => new Player(page, run.origin));
    if (!rightful || !copied) throw new Error("two tablets were asked for");
    for (const [player, unit] of [
      [rightful, first],
      [copied, second],
    ] as const) {
      await player.meet();
      await leaves(player, [unit]);
      await firstStep(player, unit);
      await back(player);
    }
    const kept = await whatCameOf(first);
    expect(kept.refused).toEqual([]);
    expect(kept.types).toContain("step.completed");
    await seesRefused(copied, second, "sequence does not fit", () =>
      seen(copied.page, "a copy of a tablet"),
    );
    const { types, refused } = await whatCameOf(second);
    expect(types).not.toContain("step.completed");
    expect(new Set(refused.map(({ refusal }) => refusal))).toEqual(new Set(["device_forked"]));
    const device = (await linesOf(first)).find(({ type }) => type === "step.completed").device;
    const gaps = (await entriesOf(device)).filter(({ type }) => type === "device.gap");
    const kinds = gaps.map(({ line }) => JSON.parse(line).body.kind);
    expect(new Set(kinds)).toEqual(new Set(["forked"]));

    const cards = await conflictsOf(desk, second);
    await expect(cards.first()).toContainText("Marisol Reyes");
    await expect(cards.first()).toContainText("sequence does not fit");
    await seen(desk, "a copy of a tablet, in the room");
    const line = desk.getByRole("listitem").filter({ hasText: "Two tablets have one key" }).last();
    const lines = await desk.getByText("Two tablets have one key").count();
    await decides(line, "Looked at", "Looked at", "The copy was found and taken away");
    await expect(desk.getByText("Two tablets have one key")).toHaveCount(lines - 1);
  } finally {
    await Promise.all([one.kill(), other.kill()]);
  }
});

test("a clock three hours ahead: shown, corrected, told once, and nothing is refused", async ({
  page,
}) => {
  const begunAt = Date.now();
  const unit = await aUnit();
  await page.clock.install({ time: new Date(Date.now() + 3 * 3_600_000) });
  const player = await away(page, [unit]);
  await firstStep(player, unit);
  await writeNote(page, "Written by a clock that is ahead");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "What is sent, and what is not" }).click();
  const panel = page.getByRole("dialog", { name: "What this tablet has sent" });
  await expect(panel).toContainText("3 h");
  await expect(panel).toContainText("ahead");
  await seen(page, "clock ahead");
  await panel.getByRole("button", { name: "Close" }).click();
  // Somebody puts it right, and days too far back.
  await page.clock.setSystemTime(new Date(Date.now() - 3 * 86_400_000));
  await writeNote(page, "Written by a clock that was set back");
  await back(player);
  const lines = await linesOf(unit);
  expect(lines.filter(({ type }) => type === "command.not_applied")).toEqual([]);
  const notes = lines.filter(({ type }) => type === "note.added");
  expect(notes).toHaveLength(2);
  for (const { occurredAt } of notes) {
    // While this test ran, which is nowhere near three hours.
    expect(Date.parse(occurredAt)).toBeGreaterThan(begunAt - 60_000);
    expect(Date.parse(occurredAt)).toBeLessThan(Date.now() + 60_000);
  }
  const told = lines.filter(({ type }) => type === "clock.skewed");
  expect(told.map(({ body }) => Math.round(body.skewMs / 3_600_000))).toEqual([-3, 72]);
});
