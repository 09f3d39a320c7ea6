import { expect, type Page } from "@playwright/test";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import {
  createPerson,
  giveQualification,
  giveRole,
  issueBadge,
  setPin,
} from "#lib/people/commands";
import type { Actor } from "#lib/people/schema";
import { demoSites } from "../../prisma/seed/plant.ts";
import type { Unit } from "./crew.ts";
import { entriesOf } from "./database.ts";
import { untilSent, waitingIn } from "./offline.ts";
import { type Held, Player } from "./player.ts";
import type { Desk } from "./room.ts";
import { run } from "./run.ts";

const site = demoSites.ng1.id;

/** A tablet that has these units on it; the first of them is open, and the network has just gone. */
export async function away(
  page: Page,
  units: readonly Unit[],
  who: Held | null = null,
): Promise<Player> {
  const player = new Player(page, run.origin);
  await player.enrol();
  if (who !== null) player.knows(who);
  await leaves(player, units, who?.name);
  return player;
}

/** Signs in, opens each of the units, the first one last, and goes where there is no network. */
export async function leaves(
  player: Player,
  units: readonly Unit[],
  name = "Marisol Reyes",
): Promise<void> {
  await player.signIn(name);
  for (const [at, unit] of units.toReversed().entries()) {
    await (at === 0 ? player.open(unit) : player.goTo(unit));
    // The one act that the screen does by itself is known before the network goes.
    await expect.poll(async () => (await whatCameOf(unit)).types).toContain("step.presented");
  }
  await untilSent(player.page);
  await player.page.context().setOffline(true);
}

/** The network is there again, and all that was done without it has its answer. */
export async function back({ page }: Player): Promise<void> {
  await page.context().setOffline(false);
  await untilSent(page);
}

/** The first step of the unit that is open; the next one is on the screen, and the screen does nothing by itself. */
export async function firstStep(player: Player, unit: Unit): Promise<void> {
  const { page } = player;
  await player.scan(unit.order);
  await page.getByRole("button", { name: "Step done" }).click();
  await expect
    .poll(async () =>
      (await waitingIn(page))
        .filter(({ traveler }) => traveler === unit.traveler)
        .map(({ type }) => type)
        .slice(-2),
    )
    .toEqual(["completeStep", "presentStep"]);
}

/** What the plant does from now on comes after all that was done here, however wrong a clock may be. */
export const untilClearlyPast = ({ page }: Player): Promise<void> =>
  expect
    .poll(async () => {
      const latest = Math.max(...(await waitingIn(page)).map(({ latestMs }) => latestMs));
      return latest - Date.now();
    })
    .toBeLessThan(0);

export const linesOf = async (unit: Unit) =>
  (await entriesOf(unit.traveler)).map(({ line }) => JSON.parse(line));

/** What became of a unit's acts: which entries stand there, and why which acts were not applied. */
export async function whatCameOf(
  unit: Unit,
): Promise<{ types: string[]; refused: { refusal: string; command: string }[] }> {
  const lines = await linesOf(unit);
  return {
    types: lines.map(({ type }) => type),
    refused: lines.filter(({ type }) => type === "command.not_applied").map(({ body }) => body),
  };
}

/** The tablet names the unit, where there is but one, and says why, act by act, until somebody has seen each. */
export async function seesRefused(
  { page }: Player,
  unit: Unit | null,
  why: string | RegExp,
  look: () => Promise<void> = async () => undefined,
): Promise<void> {
  const dialog = page.getByRole("dialog").filter({ hasText: "The server did not apply this" });
  await expect(dialog).toBeVisible();
  await look();
  while (await dialog.isVisible()) {
    if (unit !== null) await expect(dialog).toContainText(unit.unit);
    await expect(dialog).toContainText(why);
    const one = dialog.getByRole("button", { name: /^I have seen it/ });
    const left = await one.textContent();
    await one.click();
    await expect(dialog.getByRole("button", { name: left ?? "", exact: true })).toBeHidden();
  }
}

/** Quality, as who changes something at the plant by a command. */
export async function asQuality({ crew }: Desk): Promise<Actor> {
  const { person } = await crew.person("Ingrid Maurer");
  return actorOfSeed(site, { id: person.id, name: person.name, roles: ["quality"] });
}

/** Done, or the test says why not. */
export async function done<T>(outcome: Promise<Result<T, unknown>>): Promise<T> {
  const result = await outcome;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The revision that this unit alone is on is out of use from now on. */
export async function outOfUse(
  { traveler }: Unit,
  status: "superseded" | "withdrawn",
): Promise<void> {
  const { contentSha256 } = await forSite(site).traveler.findUniqueOrThrow({
    where: { id: traveler },
    select: { contentSha256: true },
  });
  await db.instructionRevision.update({ where: { contentSha256 }, data: { status } });
}

export type Colleague = Held & { id: string; badgeId: string; qualification: string };

/** An operator of a test's own for the first operation: what is taken from them nobody else misses. */
export async function aColleague(role: Role = "operator"): Promise<Colleague> {
  const seed = actorOfSeed(site);
  const id = uuidv7();
  const name = `Colleague ${id.slice(-6)}`;
  const pin = "571938";
  await done(createPerson(seed, { id, employeeNumber: `E-${id.slice(-12)}`, name }));
  await done(giveRole(seed, id, role));
  await done(setPin(seed, id, pin));
  const badge = await done(issueBadge(seed, id));
  const qualification = await done(
    giveQualification(seed, id, {
      code: "Q-ASM-R",
      authority: "Training",
      evidence: "Record of the test",
      validFrom: "2020-01-01",
      validUntil: null,
    }),
  );
  return { id, name, pin, badge, badgeId: badge.split("~")[1] ?? "", qualification };
}
