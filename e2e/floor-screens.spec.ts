import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import { decimalIn, type Locale, locales } from "#lib/messages/locales";
import { expect, test } from "./fixtures.ts";
import { told } from "./support/attempts.ts";
import { crewAt, type Unit } from "./support/crew.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { act, aTablet } from "./support/tablet.ts";
import { aSerial, units } from "./support/units.ts";
import { wordsIn } from "./support/words.ts";

const folder = path.resolve(import.meta.dirname, "../components/floor");
type Say = ReturnType<typeof wordsIn>;
type At = {
  locale: Locale;
  page: Page;
  player: Player;
  say: Say;
  measuring: Unit;
  signing: Unit;
};

/** A value as it is written on its chip beside the step. */
const chip = ({ page, locale }: At, value: string) =>
  page
    .getByRole("complementary")
    .getByRole("button", { name: decimalIn(value, locale) })
    .first()
    .click();

const tap = ({ page, say }: At, key: string, values?: Record<string, string>) =>
  page
    .getByRole("button", { name: say(key, values) })
    .first()
    .click();
const dialog = ({ page }: At) => page.getByRole("dialog").last();

/** Opens a dialog over what stands there, looks at it, and leaves it by its own button. */
async function over(at: At, name: string, open: () => Promise<void>, leave: string): Promise<void> {
  await open();
  await expect(dialog(at)).toBeVisible();
  await seen(at.page, name);
  await dialog(at)
    .getByRole("button", { name: at.say(leave), exact: true })
    .first()
    .click();
  await expect(at.page.getByRole("dialog")).toHaveCount(0);
}

/** Each face of the floor, in the order in which a shift may meet them. */
const faces: Readonly<Record<string, (at: At, file: string) => Promise<void>>> = {
  "enrol-screen.tsx": async ({ page, say }, file) => {
    await page.goto("/floor?idle=3600");
    await expect(page.getByRole("heading", { name: say("floor.enrol.title") })).toBeVisible();
    await seen(page, file);
    await page.getByRole("button", { name: "ASM-1" }).click();
  },
  "lock-screen.tsx": async ({ page, say }, file) => {
    await expect(page.getByRole("heading", { name: say("floor.lock.title") })).toBeVisible();
    await seen(page, file);
  },
  "demo-drawer.tsx": (at, file) => over(at, file, () => tap(at, "floor.demo.open"), "common.close"),
  "work-screen.tsx": async ({ page, player, say }) => {
    await player.scan(player.badgeOf("Marisol Reyes").badge);
    await player.pin("Marisol Reyes", say("floor.pin.keys"));
    await page.getByRole("button", { name: say("floor.lock.enter"), exact: true }).click();
    const menu = say("floor.person.menu", { name: "Marisol Reyes" });
    await expect(page.getByRole("button", { name: menu })).toBeVisible();
  },
  "queue-screen.tsx": async ({ page, say }, file) => {
    await expect(page.getByRole("heading", { name: say("floor.queue.title") })).toBeVisible();
    await seen(page, file);
  },
  "player-screen.tsx": async ({ page, player, say, measuring }, file) => {
    await player.scan(`TRV~${measuring.traveler}`);
    await expect(page.getByRole("button", { name: say("floor.player.toQueue") })).toContainText(
      measuring.unit,
    );
    await seen(page, file);
  },
  "person-menu.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.person.menu", { name: "Marisol Reyes" }), "common.close"),
  "hand-over.tsx": (at, file) =>
    over(at, file, () => at.player.scan(at.player.badgeOf("Dwayne Okafor").badge), "common.back"),
  "step-paper.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.player.zoom"), "common.close"),
  "defect-dialog.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.defect.open"), "common.cancel"),
  "hold-dialog.tsx": (at, file) =>
    over(
      at,
      file,
      () => at.page.getByRole("button", { name: at.say("floor.hold.open"), exact: true }).click(),
      "common.cancel",
    ),
  "more-dialog.tsx": (at, file) => over(at, file, () => tap(at, "floor.more.open"), "common.close"),
  "text-keys.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.gage.typeInstead"), "common.back"),
  "reading-dialog.tsx": async (at, file) => {
    await at.page.getByRole("button", { name: /^060\.1/ }).click();
    await over(at, file, () => chip(at, "2.6"), "common.close");
    await chip(at, "2.6");
    await tap(at, "floor.reading.amend");
    await expect(dialog(at)).toContainText(at.say("floor.reading.why"));
    await seen(at.page, `${file} to amend`);
    await dialog(at)
      .getByRole("button", { name: at.say("common.cancel") })
      .click();
  },
  "installation-dialog.tsx": async (at, file) => {
    // The operation before stands at the top of the rail, and leads to its first step.
    await at.page.getByRole("button", { name: / 050 · / }).click();
    await over(at, file, () => chip(at, "PSB-2291"), "common.close");
  },
  "buyoff-screen.tsx": async ({ page, player, say, signing }, file) => {
    await player.scan(`TRV~${signing.traveler}`);
    await expect(page.getByRole("button", { name: say("floor.player.toQueue") })).toContainText(
      signing.unit,
    );
    await page.getByRole("button", { name: say("floor.entry.sign") }).click();
    await expect(
      page.getByRole("region", { name: say("floor.sign.signer"), exact: true }),
    ).toBeVisible();
    await seen(page, file);
  },
  "decline-dialog.tsx": async (at, file) => {
    await over(at, file, () => tap(at, "floor.sign.decline"), "common.back");
    await tap(at, "common.back");
  },
  "refused-commands.tsx": refusedLater,
};

test("every face of the floor is on the list of those that are looked at", async () => {
  const found: string[] = [];
  for await (const file of glob("*.tsx", { cwd: folder })) {
    const text = await readFile(path.join(folder, file), "utf8");
    if (file.endsWith("-screen.tsx") || text.includes("<Dialog")) found.push(file);
  }
  expect(found.sort()).toEqual(Object.keys(faces).sort());
});

test.describe("the floor", () => {
  // A tablet without a network says so in the browser's console as well.
  test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

  for (const locale of locales) {
    test.describe(`in ${locale}`, () => {
      test.use({ locale });
      test("is seen by everybody: whole on a ten-inch tablet, nothing that axe finds", async ({
        page,
      }) => {
        test.setTimeout(300_000);
        const values = { "060.1/1": "2.6" };
        const [measuring, signing] = await units([
          { unit: aSerial(), until: "060.3", values },
          { unit: aSerial(), untilBuyoff: "060" },
        ]);
        if (!measuring || !signing) throw new Error("no units");
        const player = new Player(page, run.origin);
        await player.meet();
        const at = { locale, page, player, say: wordsIn(locale), measuring, signing };
        for (const [file, look] of Object.entries(faces)) {
          await test.step(file, () => look(at, file));
          await expect(page.locator("html"), file).toHaveAttribute("lang", locale);
        }
      });
    });
  }
});

/** What the tablet accepted without the network, on a unit that somebody had put on hold meanwhile. */
async function refusedLater({ page, player, say, measuring }: At, file: string): Promise<void> {
  await page.getByRole("button", { name: say("floor.player.toQueue") }).click();
  await player.scan(`TRV~${measuring.traveler}`);
  await expect(page.getByText(say("floor.gage.scanLead"))).toBeVisible();
  await page.context().setOffline(true);
  await player.scan("GAG~TW-0209");
  await expect(page.getByRole("button", { name: /TW-0209/ })).toBeVisible();
  const elsewhere = await aTablet(run.origin);
  const crew = await crewAt(elsewhere);
  const packet = await elsewhere.packet(measuring.traveler);
  const { verdict } = await act(elsewhere, await crew.person("Priya Raman"), packet, "placeHold", {
    hold: uuidv7(),
    scope: { kind: "traveler" },
    reason: packet.policy.holdReasons[0]?.code ?? "",
    comment: null,
  });
  expect(verdict.verdict).toBe("applied");
  await page.context().setOffline(false);
  const dialog = page.getByRole("dialog", { name: say("floor.refused.title") });
  await expect(dialog).toBeVisible({ timeout: 60_000 });
  await seen(page, file);
  const refused = await told(measuring.traveler, "command.not_applied");
  expect(refused.map(({ body }) => [body.command, body.refusal])).toEqual([
    ["startStep", "on_hold"],
    ["selectGage", "on_hold"],
  ]);
  // One after the other, each with its own reason.
  for (const _ of refused) await dialog.getByRole("button").last().click();
  await expect(dialog).toBeHidden();
}
