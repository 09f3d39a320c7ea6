import type { Page } from "@playwright/test";
import { decimalIn, type Locale, locales } from "#lib/messages/locales";
import { expect } from "../fixtures.ts";
import type { Unit } from "../support/crew.ts";
import type { Player } from "../support/player.ts";
import { seen as seenOnce } from "../support/sight.ts";
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

/** Looks at what stands there in every language, the driver's first and last: nothing is driven twice for it. */
export async function seen(page: Page, name: string): Promise<void> {
  const driven = await page.locator("html").getAttribute("lang");
  for (const locale of locales.toSorted((a) => (a === driven ? -1 : 1))) {
    await speak(page, locale);
    await seenOnce(page, `${name} ${locale}`, { isContrastKnown: locale !== driven });
  }
  await speak(page, driven);
}

/**
 * As the switch on the lock screen and in the person's menu does, which lie behind what is looked at: by what
 * the app gives that switch, found where React keeps it.
 */
async function speak(page: Page, locale: string | null): Promise<void> {
  const html = page.locator("html");
  if ((await html.getAttribute("lang")) === locale) return;
  await page.evaluate((to) => {
    type Fiber = { return: Fiber | null; memoizedProps: { value?: Language } | null };
    type Language = { locale?: string; change?: (to: string | null) => void } | null;
    const main = document.querySelector("main") as unknown as Record<string, Fiber> | null;
    const key = Object.keys(main ?? {}).find((name) => name.startsWith("__reactFiber$")) ?? "";
    for (let at = main?.[key] ?? null; at !== null; at = at.return) {
      const value = at.memoizedProps?.value;
      if (typeof value?.locale === "string" && typeof value.change === "function")
        return value.change(to);
    }
    throw new Error("nothing here can change the language");
  }, locale);
  await expect(html).toHaveAttribute("lang", locale ?? "");
}

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
  await at.player.expectSignedInAt(dialog(at), new RegExp(`^${at.say("floor.connection.online")}`));
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
