import type { BrowserContext } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { aUnit } from "./support/units.ts";
import { scriptsOf, scriptsOnceQuiet } from "./support/weight.ts";
import { wordsIn } from "./support/words.ts";

test("the first screen of a tablet waits for little, and the rest is fetched while it is looked at", async ({
  page,
  context,
}) => {
  await new Player(page, run.origin).enrol();
  const weight = await scriptsOf({
    context,
    url: `${run.origin}/floor?idle=3600`,
    ready: /Scan your badge/,
  });
  expect(weight.first).toBeLessThan(179);
  // The instrument sees what comes later: the work screen and the other language are not in the first.
  expect(weight.later).toBeGreaterThan(40);
});

test.describe("before the scripts are here", () => {
  // It would give them at once.
  test.use({ serviceWorkers: "block" });

  test("the lock screen's words stand before its scripts are here, and a badge read then is not lost", async ({
    page,
    context,
  }) => {
    const player = new Player(page, run.origin);
    await player.enrol();
    const scripts = await held(context);
    scripts.hold();
    await page.reload({ waitUntil: "commit" });
    const words = page.getByText("Scan your badge");
    await expect(words).toBeVisible();
    await expect(page.getByRole("heading", { name: "Scan your badge" })).toHaveCount(0);
    await player.scan(player.badgeOf("Marisol Reyes").badge);
    scripts.release();
    await expect(page.getByRole("heading", { name: "Badge read. Now your PIN." })).toBeVisible();

    const say = wordsIn("es");
    await page.getByRole("button", { name: "Español" }).click();
    await page.getByRole("button", { name: say("common.theme.dark") }).click();
    scripts.hold();
    await page.reload({ waitUntil: "commit" });
    await expect(page.getByText(say("floor.lock.title"))).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(words).toBeHidden();
    scripts.release();
    await expect(page.getByRole("heading", { name: say("floor.lock.title") })).toBeVisible();
  });

  test("where somebody was at work, a start shows the mark and says nothing that could be wrong", async ({
    page,
    context,
  }) => {
    const player = new Player(page, run.origin);
    await player.enrol();
    await player.signIn("Marisol Reyes");
    const scripts = await held(context);
    scripts.hold();
    await page.reload({ waitUntil: "commit" });
    await expect(page.getByText("Buyoff", { exact: true })).toBeVisible();
    await expect(page.getByText("Scan your badge")).toBeHidden();
    scripts.release();
    await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
  });
});

/** The page's scripts, not given until they are released: of a network that is slow. */
async function held(context: BrowserContext) {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  await context.route(/\/_next\/static\/chunks\/.*\.js/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  return {
    hold: () => {
      gate = Promise.withResolvers<void>();
    },
    release: () => gate.resolve(),
  };
}

test.describe("without a network", () => {
  test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED/ });

  test("whatever a tablet may show later is there: the other language, the work, its dialogs and reasons", async ({
    page,
    context,
  }) => {
    const unit = await aUnit();
    const player = new Player(page, run.origin);
    await player.enrol();
    await scriptsOnceQuiet(page);
    await context.setOffline(true);
    const say = wordsIn("es");
    await page.getByRole("button", { name: "Español" }).click();
    await expect(page.getByRole("heading", { name: say("floor.lock.title") })).toBeVisible();
    await page.getByRole("button", { name: say("floor.connection.open") }).click();
    const unsent = page.getByRole("dialog", { name: say("floor.sync.title") });
    await expect(unsent).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "English" }).click();
    await context.setOffline(false);

    await player.signIn("Marisol Reyes");
    await player.open(unit);
    await context.setOffline(true);
    for (const name of ["Log defect", "Hold", "More"]) {
      await page.getByRole("main").getByRole("button", { name, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await expect(dialog).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
    }
    await page.getByRole("button", { name: "Marisol Reyes:" }).click();
    await page.getByRole("button", { name: "Español" }).click();
    await page.keyboard.press("Escape");
    await page
      .getByRole("main")
      .getByRole("button", { name: say("floor.defect.open") })
      .click();
    const dialog = page.getByRole("dialog", { name: say("floor.defect.title") });
    await expect(dialog).toBeVisible();
    await context.setOffline(false);
  });

  test("what the network did not give comes when it is back", async ({ page, context }) => {
    const player = new Player(page, run.origin);
    await player.enrol();
    const held = /\/_next\/static\/chunks\//;
    // The page itself is in the browser's cache; what it fetches afterwards is held up.
    let isCut = false;
    await context.route(held, (route) => (isCut ? route.abort("failed") : route.fallback()));
    await page.addInitScript(() => {
      // Nobody is idle before the network is gone: only then is the rest asked for.
      const idle = Promise.withResolvers<void>();
      const deadline = { didTimeout: false, timeRemaining: () => 50 };
      window.requestIdleCallback = (callback) => {
        void idle.promise.then(() => callback(deadline));
        return 0;
      };
      Object.assign(window, { nowIdle: () => idle.resolve() });
    });
    await page.reload();
    await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
    isCut = true;
    const refused = page.waitForEvent("requestfailed", (request) => held.test(request.url()));
    await page.evaluate(() => (window as unknown as { nowIdle: () => void }).nowIdle());
    await refused;
    await page.waitForTimeout(2500);
    isCut = false;
    await player.signIn("Marisol Reyes");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  });
});
