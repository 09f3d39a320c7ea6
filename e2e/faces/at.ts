import type { Page } from "@playwright/test";
import { decimalIn, type Locale } from "#lib/messages/locales";
import { expect } from "../fixtures.ts";
import type { Unit } from "../support/crew.ts";
import type { Player } from "../support/player.ts";
import { seen } from "../support/sight.ts";
import type { wordsIn } from "../support/words.ts";

/** Somebody at a tablet, in their language, with the units that lie ready for what is looked at. */
export type At = {
  locale: Locale;
  page: Page;
  player: Player;
  say: ReturnType<typeof wordsIn>;
  unit: (index: number) => Unit;
};
/** By file of `components/floor`: brings its face about and looks at it, in the order in which a shift may. */
export type Faces = Readonly<Record<string, (at: At, file: string) => Promise<void>>>;

export const dialog = ({ page }: At) => page.getByRole("dialog").last();
export const main = ({ page }: At) => page.getByRole("main");

export const tap = ({ page, say }: At, key: string, values?: Record<string, string>) =>
  page
    .getByRole("button", { name: say(key, values) })
    .first()
    .click();

export const tapExactly = ({ page, say }: At, key: string) =>
  page
    .getByRole("button", { name: say(key), exact: true })
    .first()
    .click();

/** Something in the dialog that is open, by exactly its words. */
export const choose = (at: At, key: string) =>
  dialog(at)
    .getByRole("button", { name: at.say(key), exact: true })
    .click();

/** The button of a dialog, whatever else stands on it. */
export const press = (at: At, key: string, values?: Record<string, string>) =>
  dialog(at)
    .getByRole("button", { name: at.say(key, values) })
    .first()
    .click();

export const gone = ({ page }: At) => expect(page.getByRole("dialog")).toHaveCount(0);

/** Opens a dialog over what stands there, looks at it, and leaves it by its own button. */
export async function over(
  at: At,
  name: string,
  open: () => Promise<void>,
  leave: string,
): Promise<void> {
  await open();
  await expect(dialog(at)).toBeVisible();
  await seen(at.page, name);
  await choose(at, leave);
  await gone(at);
}

/** The step in the rail. */
export const toStep = ({ page }: At, number: string) =>
  page
    .getByRole("navigation")
    .getByRole("button", { name: new RegExp(`^${number.replace(".", "\\.")}`) })
    .click();

export async function enter(at: At, name: string): Promise<void> {
  await at.player.enrol();
  await at.player.signIn(name);
}

/** Badge and PIN of somebody beside whoever is signed in. */
export async function beside(at: At, name: string, confirm = "floor.sign.confirmSecond") {
  await at.player.scan(at.player.badgeOf(name).badge);
  await at.player.pin(name);
  await choose(at, confirm);
}

/** As long as somebody in a hurry never is. */
export const atLength = {
  en: "The shim of the right thickness is at the coordinate measuring machine for its first article inspection and comes back tomorrow morning; quality was told by telephone and agrees that the fitting goes on without it under the permit.",
  es: "La laina del espesor correcto está en la máquina de medición por coordenadas para su inspección de primer artículo y regresa mañana por la mañana; se avisó a calidad por teléfono y está de acuerdo en continuar sin ella con el permiso.",
} as const;

/** A reason that is on no list. */
export async function own(at: At, text: string): Promise<void> {
  await choose(at, "floor.reasons.own");
  await dialog(at).getByLabel(at.say("floor.reasons.ownLabel")).fill(text);
}

/** A value is typed and recorded, and stands among what the step holds. */
export async function recorded(at: At, typed: string): Promise<void> {
  await at.player.record(typed);
  const value = decimalIn(typed, at.locale);
  const chip = at.page.getByRole("complementary").getByRole("button", { name: value });
  await expect(chip.first()).toBeVisible();
}
