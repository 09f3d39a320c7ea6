import { expect, test } from "./fixtures.ts";
import { entriesOf } from "./support/database.ts";
import { aFlappingNetwork } from "./support/flapping.ts";
import { isLocked } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { atDesk, work } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";
import { wordsIn } from "./support/words.ts";

test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_EMPTY_RESPONSE/ });

for (const locale of ["en", "es"] as const) {
  test(`a unit's screen says before it is tried what needs the connection, in ${locale}`, async ({
    page,
    desk,
  }) => {
    const say = wordsIn(locale);
    const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
    await work(await atDesk(desk, "Ingrid Maurer"), unit);
    await page.addInitScript((chosen) => localStorage.setItem("buyoff-locale", chosen), locale);
    const player = new Player(page, run.origin, locale);
    await player.enrol("TST-1");
    await player.signIn("Marisol Reyes");
    await player.open(unit);
    const complete = page.getByRole("button", { name: say("floor.finish.complete") });
    await expect(complete).toBeEnabled();
    const needs = (act: string) =>
      page.getByRole("status").filter({ hasText: say(`floor.needsServer.${act}`) });
    await expect(needs("complete")).toBeHidden();
    await page.context().setOffline(true);
    await expect(needs("complete")).toBeVisible();
    await expect(complete).toBeDisabled();
    await seen(page, `off line, nothing is open, ${locale}`);

    await page
      .getByRole("main")
      .getByRole("button", { name: say("floor.more.open"), exact: true })
      .click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText(say("floor.needsServer.checkOut"));
    const take = dialog.getByRole("button", { name: say("floor.checkout.take") });
    await expect(take).toBeDisabled();
    await seen(page, `off line, more, ${locale}`);
    await page.keyboard.press("Escape");

    await page.context().setOffline(false);
    await expect(needs("complete")).toBeHidden();
    await complete.click();
    await expect(page.getByText(say("floor.finish.closed.complete"))).toBeVisible();
  });
}

for (const locale of ["en", "es"] as const) {
  test(`who signs in, takes over or calls is told before they do that it needs the connection, and no longer than it does, in ${locale}`, async ({
    page,
  }) => {
    const say = wordsIn(locale);
    const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
    await page.addInitScript((chosen) => localStorage.setItem("buyoff-locale", chosen), locale);
    const player = new Player(page, run.origin, locale);
    await player.enrol("TST-1");
    const notice = page.getByText(say("floor.problem.silence.signIn"));
    await expect(notice).toBeHidden();

    await page.context().setOffline(true);
    await expect(notice).toBeVisible();
    await page.emulateMedia({ colorScheme: "dark" });
    await seen(page, `off line, locked, ${locale}`);
    await page.context().setOffline(false);
    await expect(notice).toBeHidden();

    await player.signIn("Marisol Reyes");
    await player.open(unit);
    await page.context().setOffline(true);
    await page
      .getByRole("main")
      .getByRole("button", { name: say("floor.more.open"), exact: true })
      .click();
    const more = page.getByRole("dialog");
    await expect(more).toContainText(say("floor.call.notHeard"));
    await more.getByRole("button", { name: say("floor.call.open.inspection") }).click();
    await expect(more).toContainText(say("floor.call.unheard"));
    await seen(page, `off line, a call that nobody has heard, ${locale}`);
    await page.keyboard.press("Escape");
    // The dialog lies over the screen and hears what is scanned until it is gone.
    await expect(more).toBeHidden();

    await player.scan(player.badgeOf("Dwayne Okafor").badge);
    const dialog = page.getByRole("dialog", { name: say("floor.handOver.title") });
    await expect(dialog.getByRole("alert")).toContainText(say("floor.problem.silence.signIn"));
    await seen(page, `off line, taking over, ${locale}`);
    await page.context().setOffline(false);
    await expect(dialog.getByRole("alert")).toBeHidden();
    await player.pin("Dwayne Okafor");
    await dialog.getByRole("button", { name: say("floor.handOver.take") }).click();
    await expect(page.getByRole("button", { name: "Dwayne Okafor:" })).toBeVisible();
    await page
      .getByRole("main")
      .getByRole("button", { name: say("floor.more.open"), exact: true })
      .click();
    await expect(more).toContainText(say("floor.call.unanswered"));
  });
}

test("a split whose answer is lost is done once: the screen says that it waits, and shows the new lot when it is there", async ({
  page,
}) => {
  const lot = await aUnit({ site: "NG2", instruction: "wi-4471-2213-rev-01", quantity: "50" });
  const network = await aFlappingNetwork(run.origin);
  try {
    const player = new Player(page, run.origin);
    await player.meet();
    await page.goto(`${network.origin}/floor?idle=3600`);
    await page.getByRole("button", { name: "MCH-1" }).click();
    await isLocked(page);
    await player.signIn("Hector Salinas");
    await player.open(lot);
    await page.getByRole("button", { name: /^50 pcs/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Split the lot/ }).click();
    await dialog.getByRole("region", { name: "Keypad" }).getByRole("button", { name: "3" }).click();
    await dialog.getByRole("button", { name: "Another machine or day" }).click();
    network.weather = (path) => (path === "/api/commands" ? "deaf" : "fine");
    await dialog.getByRole("button", { name: "Split off 3" }).click();
    await expect(dialog).toContainText("don’t split these pieces off again", { timeout: 60_000 });
    await expect(dialog.getByRole("button", { name: "Open the new lot" })).toBeDisabled();
    await seen(page, "a split that waits for its answer");
    network.weather = () => "fine";
    await expect(dialog).toContainText(`${lot.unit}-1`, { timeout: 60_000 });
    await dialog.getByRole("button", { name: "Stay at this lot" }).click();
    await expect(page.getByRole("button", { name: /^47 of 50 pcs/ })).toContainText("1 lot");
    const splits = (await entriesOf(lot.traveler)).filter(({ type }) => type === "traveler.split");
    expect(splits).toHaveLength(1);
  } finally {
    await network.stop();
  }
});
