import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import type { Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { boxesIn, waitingIn, writeNote } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";
import { wordsIn } from "./support/words.ts";

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

const marisol = "Marisol Reyes";
const dwayne = "Dwayne Okafor";
/** Was never at this tablet. */
const stellan = "Stellan Berg";
const wrongPin = "615084";

/** At the two signatures of a fit, with the network gone; those named were at the tablet before. */
async function withoutNetwork(page: Page, before: readonly string[]): Promise<[Player, Unit]> {
  const unit = await aUnit({ untilBuyoff: "030", mayWait: true });
  const player = new Player(page, run.origin);
  await player.enrol();
  for (const name of before) {
    await player.signIn(name);
    await page.getByRole("button", { name: `${name}:` }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
  }
  await player.signIn(marisol);
  await player.open(unit);
  await expect(page.getByText("On-line")).toBeVisible();
  await page.context().setOffline(true);
  await writeNote(page, "Without a network");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();
  return [player, unit];
}

const signature = (page: Page) => page.getByRole("region", { name: "Signature", exact: true });
const heading = (page: Page) => signature(page).getByRole("heading");
const openBuyoff = (page: Page) => page.getByRole("button", { name: "Open buyoff" }).click();
async function choose(page: Page, name: string): Promise<void> {
  await signature(page).getByRole("button", { name }).click();
  await expect(heading(page)).toHaveText(`${name.split(" ")[0]}, badge and PIN twice`);
}

async function sendAll(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect.poll(() => boxesIn(page)).toBe(0);
}

const buyoffsOf = async (unit: Unit) =>
  (await (await aTablet(run.origin)).packet(unit.traveler)).state.buyoffs.slice(-2);

async function seenBothWays(page: Page, name: string): Promise<void> {
  await seen(page, name);
  await page.emulateMedia({ colorScheme: "dark" });
  await seen(page, `${name}, dark`);
  await page.emulateMedia({ colorScheme: "light" });
}

test("two people sign at one tablet without a network, each for themselves, and both are verified afterwards", async ({
  page,
  desk,
}) => {
  const [player, unit] = await withoutNetwork(page, [dwayne]);
  await openBuyoff(page);
  await expect(heading(page)).toHaveText("Marisol, badge and PIN twice");
  await seen(page, "the first of two without a network");
  await player.seal(marisol);

  await test.step("the second says who they are, and the first stays signed in", async () => {
    await expect(heading(page)).toHaveText("Second operator: who signs?");
    await expect(signature(page).getByRole("button", { name: marisol })).toBeHidden();
    await seenBothWays(page, "who signs as the second");
    await choose(page, dwayne);
    await expect(signature(page)).toContainText("As second person; Marisol Reyes stays signed in.");
    await player.expectSignedInAt(page.getByRole("main"), /^Off-line/);
    await seenBothWays(page, "the second of two without a network");
  });

  await test.step("two entries that differ sign nothing", async () => {
    await player.scan(player.badgeOf(dwayne).badge);
    await player.digits("111111");
    await signature(page)
      .getByRole("button", { name: /^Next: the PIN once more/ })
      .click();
    await player.digits("111112");
    await signature(page)
      .getByRole("button", { name: /^Accept and seal/ })
      .click();
    await expect(signature(page).getByRole("alert")).toContainText(
      "The two PINs are not the same.",
    );
    await seen(page, "the second's two entries differ");
    expect(await boxesIn(page)).toBe(1);
  });
  await player.seal(dwayne);
  await expect(signature(page)).toBeHidden();
  await expect(page.getByRole("button", { name: `${marisol}:` })).toBeVisible();
  await expect(page.getByText("2 signatures to verify")).toBeVisible();
  // The pictures of this step were not looked at while there was a network.
  await expect(page.getByText(/^Not on this tablet: Bracket seen from above/)).toBeVisible();
  await seen(page, "after two signatures without a network");

  await sendAll(page);
  await expect(page.getByText("On-line")).toBeVisible();
  await expect(page.getByRole("img", { name: /^Bracket seen from above/ })).toBeVisible();
  const [first, second] = await buyoffsOf(unit);
  expect(first).toMatchObject({ type: "operator", status: "signed", method: "badge_pin_offline" });
  expect(second).toMatchObject({
    type: "second_operator",
    status: "signed",
    method: "badge_pin_offline",
    over: [first?.id],
  });
  expect(second?.person).not.toBe(first?.person);
  // The second's box was looked into first: had the first's been wrong, it would be known that theirs held.
  expect((second?.checkedAt ?? "") <= (first?.verifiedAt ?? "")).toBe(true);
  expect(second?.checkedAt).toBeDefined();

  await test.step("the record has both, and says who was the second person", async () => {
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto(`/travelers/${unit.traveler}`);
    const marks = desk.getByRole("list", { name: "Buyoffs", exact: true }).getByRole("listitem");
    const mark = marks.filter({ hasText: "Second operator" });
    await expect(mark).toContainText(dwayne);
    await expect(mark).toContainText("badge + PIN, without a network");
    await expect(mark).toContainText("badge and PIN verified");
    await expect(mark).toContainText("as second person at the tablet");
    await mark.scrollIntoViewIfNeeded();
    await seen(desk, "record with two signatures given without a network");
  });
});

test("a first PIN that was wrong takes both signatures back, and the record says whose failed and whose held", async ({
  page,
  desk,
}) => {
  const [player, unit] = await withoutNetwork(page, [dwayne]);
  await openBuyoff(page);
  await player.seal(marisol, wrongPin);
  await choose(page, dwayne);
  await player.seal(dwayne);
  await expect(signature(page)).toBeHidden();
  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText("Badge and PIN of this signature were not right.");
  await expect(dialog).toContainText(marisol);
  await seen(page, "the first of two failed its check");
  await dialog.getByRole("button", { name: "I have seen it" }).click();
  const [first, second] = await buyoffsOf(unit);
  expect([first?.status, second?.status]).toEqual(["rejected", "rejected"]);
  const rejected = (await entriesOf(unit.traveler)).filter(
    ({ type }) => type === "buyoff.rejected",
  );
  expect(rejected.map(({ line }) => JSON.parse(line).body.cause)).toEqual([
    "components_wrong",
    "signed_over_rejected",
  ]);
  await atDesk(desk, "Ingrid Maurer");
  await desk.goto(`/travelers/${unit.traveler}`);
  const marks = desk.getByRole("list", { name: "Buyoffs", exact: true }).getByRole("listitem");
  const failed = marks.filter({ hasText: "badge and PIN were not right" });
  await expect(failed).toContainText(marisol);
  const held = marks.filter({ hasText: "given over a signature that failed its check" });
  await expect(held).toContainText(dwayne);
  await expect(held).toContainText("badge and PIN verified");
  await held.scrollIntoViewIfNeeded();
  await seen(desk, "record of two signatures of which the first failed");
});

test("a badge says whose it is where the server has said so, and is never let go without a word", async ({
  page,
}) => {
  const [player] = await withoutNetwork(page, [dwayne]);
  const alert = signature(page).getByRole("alert");
  await openBuyoff(page);
  await expect(heading(page)).toHaveText("Marisol, badge and PIN twice");

  await test.step("somebody else's badge turns the screen to them, and nothing is sealed to another name", async () => {
    await player.scan(player.badgeOf(dwayne).badge);
    await expect(signature(page)).toContainText("As second person; Marisol Reyes stays signed in.");
    await expect(heading(page)).toHaveText("Badge read. Type your PIN");
    await player.scan(player.badgeOf(marisol).badge);
    await expect(signature(page)).toContainText("Marisol Reyes");
    await expect(signature(page)).not.toContainText("As second person");
  });
  await player.seal(marisol);
  await expect(heading(page)).toHaveText("Second operator: who signs?");

  await test.step("a label that is no badge, a badge that nobody here is known by, one that may not", async () => {
    await player.scan("GAG~TW-0209");
    await expect(alert).toContainText("“GAG~TW-0209” is not a badge.");
    await player.scan(player.badgeOf(stellan).badge);
    await expect(alert).toContainText("this tablet can’t tell whose badge this is");
    await seenBothWays(page, "a badge that the tablet cannot tell");
    await player.scan(player.badgeOf(marisol).badge);
    await expect(alert).not.toContainText("this tablet can’t tell");
    await seen(page, "the first one's badge where the second signs");
    await expect(heading(page)).toHaveText("Second operator: who signs?");
  });

  await test.step("the second person's own badge chooses them and needs no second scan", async () => {
    await player.scan(player.badgeOf(dwayne).badge);
    await expect(heading(page)).toHaveText("Badge read. Type your PIN");
    await expect(signature(page)).toContainText(dwayne);
    await seen(page, "chosen by their badge");
    await player.scan(player.badgeOf(marisol).badge);
    await expect(alert).toBeVisible();
    await player.seal(dwayne);
  });
  await expect(signature(page)).toBeHidden();
  await expect(page.getByText("2 signatures to verify")).toBeVisible();
});

/** As a tablet of the version before remembers people: whose badge is whose it was never told. */
const forgetBadges = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("buyoff");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const kept = opening.result.transaction("kept", "readwrite").objectStore("kept");
          const asked = kept.get("known");
          asked.onsuccess = () => {
            const known: { badges?: unknown }[] = asked.result;
            kept.put(
              known.map(({ badges: _, ...one }) => one),
              "known",
            ).onsuccess = () => {
              opening.result.close();
              resolve();
            };
          };
        };
      }),
  );

test("a second who gives the first one's badge is found when the box is opened, where the tablet does not know it", async ({
  page,
}) => {
  const [player, unit] = await withoutNetwork(page, [dwayne]);
  await forgetBadges(page);
  await openBuyoff(page);
  await player.seal(marisol);
  await choose(page, dwayne);
  await player.seal(marisol);
  await expect(signature(page)).toBeHidden();
  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText(dwayne);
  await seen(page, "the second of two failed its check");
  const [first, second] = await buyoffsOf(unit);
  expect([first?.status, second?.status]).toEqual(["signed", "rejected"]);
  const rejected = (await entriesOf(unit.traveler)).find(({ type }) => type === "buyoff.rejected");
  expect(JSON.stringify(rejected)).toContain("same_person");
});

test("where nobody else is known at the tablet, it says so before anybody tries", async ({
  page,
}) => {
  const [player] = await withoutNetwork(page, []);
  await openBuyoff(page);
  await player.seal(marisol);
  await expect(signature(page)).toContainText(
    "Nobody whom this tablet knows may give this signature",
  );
  await expect(page.getByRole("region", { name: "PIN keys" })).toBeHidden();
  await seen(page, "no second person is known");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(page.getByRole("complementary")).toContainText(
    "Nobody whom this tablet knows may give this signature",
  );
  await seen(page, "no second person is known, before the buyoff is opened");
});

/** On how many lines its words stand. */
const linesIn = (place: Locator): Promise<number> =>
  place.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
  });

test("in Spanish and at night the second person is asked, answered and told in the same way", async ({
  page,
}) => {
  const say = wordsIn("es");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.addInitScript(() => localStorage.setItem("buyoff-locale", "es"));
  const unit = await aUnit({ untilBuyoff: "030", mayWait: true });
  const player = new Player(page, run.origin, "es");
  await player.enrol();
  await player.signIn(dwayne);
  await page.getByRole("button", { name: `${dwayne}:` }).click();
  await page.getByRole("button", { name: say("floor.person.signOut") }).click();
  await player.signIn(marisol);
  await player.open(unit);
  await page.context().setOffline(true);
  await expect(page.getByText(/^Sin conexión/)).toBeVisible();
  const region = page.getByRole("region", { name: say("floor.sign.signer"), exact: true });
  const title = region.getByRole("heading");
  await page.getByRole("button", { name: say("floor.entry.sign") }).click();
  await expect(title).toHaveText(say("floor.sign.offlineTitle", { name: "Marisol" }));
  const used = page.getByRole("cell", { name: /^EP-23 .*✓$/ });
  expect(await linesIn(used), "the mark stands beside what was used").toBe(1);
  await player.expectSignedInAt(page.getByRole("main"), /^Sin conexión/);
  await seen(page, "es, the first of two");
  await player.seal(marisol);

  const type = say("common.buyoffType.second_operator");
  await expect(title).toHaveText(say("floor.sign.besideTitle", { type }));
  await seen(page, "es, who signs as the second");
  await player.scan(player.badgeOf(stellan).badge);
  const alert = region.getByRole("alert");
  await expect(alert).toContainText(say("floor.problem.codes.badge_not_told.why"));
  await seen(page, "es, a badge that the tablet cannot tell");
  await player.scan(player.badgeOf(dwayne).badge);
  await expect(title).toHaveText(say("floor.sign.offlineFirst"));
  await seen(page, "es, chosen by their badge");
  await player.digits("111111");
  const next = new RegExp(`^${say("floor.sign.offlineNext")}`);
  await region.getByRole("button", { name: next }).click();
  await expect(title).toHaveText(say("floor.sign.offlineAgain"));
  await seen(page, "es, the same PIN once more");
  await player.digits("111112");
  const accept = new RegExp(`^${say("floor.sign.offlineAccept")}`);
  await region.getByRole("button", { name: accept }).click();
  await expect(alert).toContainText(say("floor.sign.offlineDiffer"));
  await seen(page, "es, two entries that differ");
  await player.seal(dwayne, wrongPin);
  await expect(region).toBeHidden();
  await seen(page, "es, two signatures are pending");

  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: say("floor.refused.verification.title") });
  await expect(dialog).toContainText(dwayne);
  await seen(page, "es, the second of two failed its check");
});
