import type { Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { expectNoneBeside, resized, seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

const when = (place: string) => `data.location = "${place}"`;

async function fillDraft(page: Page, place: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Change…" }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Connector", { exact: true }).selectOption("qms-sandbox");
  await dialog.getByRole("group", { name: "Opens a record" }).getByLabel("defect.logged").check();
  await dialog.getByLabel("When (JSONata over the event)").fill(when(place));
  const key = "unit: data.context.units[0].serial\nplace: data.location";
  await dialog.getByLabel("Belongs together by").fill(key);
  await dialog.getByLabel("Before it goes").selectOption("needs-approval");
  await dialog
    .getByLabel("Why", { exact: true })
    .fill("Paint found at the seam is looked at first");
  await seen(page, "a rule's form");
  await dialog.getByRole("button", { name: "Save the draft" }).click();
  await expect(dialog).toBeHidden();
}

test("a rule is drafted, tried, signed by another, and decides what a defect becomes; why stands beside it", async ({
  page,
  desk,
}) => {
  const place = `seam ${uuidv7().slice(-8)}`;
  const code = `ncr-of-${uuidv7().slice(-8)}`;
  const unit = await aUnit({ until: "010.4" });
  const author = await atDesk(page, { role: "administrator" });
  const { crew } = await atDesk(desk, "Ingrid Maurer");
  const screens = screensOf(page);
  const dialog = page.getByRole("dialog");

  await test.step("drafted: what is not right yet is said at its field", async () => {
    await page.goto("/feed/rules");
    await page.getByRole("button", { name: "New rule…" }).click();
    await dialog.getByLabel("Code", { exact: true }).fill("NCR of paint");
    await dialog.getByRole("button", { name: "Make the draft" }).click();
    await expect(dialog.getByText("This is not right yet.")).toBeVisible();
    await dialog.getByLabel("Code", { exact: true }).fill(code);
    await dialog.getByLabel("What it does, in a sentence").fill("Paint at the seam, read first");
    await dialog.getByRole("button", { name: "Make the draft" }).click();
    await expect(dialog).toBeHidden();
    await page.getByRole("link", { name: code }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(code);
    await expect(page.getByText("No event opens a record by this rule.")).toBeVisible();
    await seen(page, "a draft with what stands against it");
    await fillDraft(page, place);
    await expect(page.getByText("Try it first")).toBeVisible();
  });
  const address = page.url();

  await test.step("tried on what happened: nothing is sent, and it says what would be", async () => {
    await page.getByRole("button", { name: "Try on what happened…" }).click();
    await dialog.getByLabel("Of how many days").fill("90");
    await dialog.getByRole("button", { name: "Try it" }).click();
    await expect(dialog).toBeHidden({ timeout: 120_000 });
    await expect(page.getByRole("heading", { name: "The trial" })).toBeVisible();
    await expect(page.locator("[data-count=notMatched]")).not.toHaveText("0");
    await expect(page.locator("[data-count=gated]")).toHaveCount(0);
    await seen(page, "a rule that was tried");
    await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
  });

  await test.step("signed by quality, with badge and PIN", async () => {
    await desk.goto(address);
    await desk.getByRole("button", { name: "Approve…" }).click();
    const signing = desk.getByRole("dialog");
    const { badge, pin } = crew.badgeOf("Ingrid Maurer");
    await signing.getByLabel("Badge").fill(badge);
    await signing.getByLabel("PIN").fill("000111");
    await signing.getByRole("button", { name: "Sign and put in force" }).click();
    await expect(signing.getByRole("alert")).toBeVisible();
    await seen(desk, "an approval with a wrong PIN");
    await signing.getByLabel("Badge").fill(badge);
    await signing.getByLabel("PIN").fill(pin);
    await signing.getByRole("button", { name: "Sign and put in force" }).click();
    await expect(signing).toBeHidden();
    await expect(desk.getByText("Signed by Ingrid Maurer")).toBeVisible();
    await seen(desk, "a rule in force");
  });

  await logDefect(author, unit, { severity: "minor", location: place });

  await test.step("its draft waits in the inbox; quality puts a word otherwise and lets it go", async () => {
    await desk.goto("/feed/inbox");
    const draft = desk.getByRole("listitem").filter({ hasText: code });
    await expect(draft).toContainText(unit.unit);
    await draft.getByText("The whole document").click();
    await expect(draft).toContainText(place);
    await seen(desk, "a draft in the inbox");
    await expect(draft.getByRole("button", { name: "Let it go", exact: true })).toBeVisible();
    await draft.getByRole("button", { name: "Change and let go…" }).click();
    const changing = desk.getByRole("dialog");
    await changing.getByLabel("What was seen").fill("Paint at the seam, 4 mm wide");
    await changing.getByLabel("Why it is changed").fill("Measured once more");
    await seen(desk, "a draft with other words");
    await changing.getByRole("button", { name: "Let it go so" }).click();
    await expect(draft).toBeHidden();
    await expect
      .poll(
        async () =>
          await rows<{ state: string; said: string }>(
            "select state::text, payload->'defect'->>'comment' as said from deliveries where rule = $1",
            [code],
          ),
      )
      .toEqual([{ state: "tracking", said: "Paint at the seam, 4 mm wide" }]);
  });

  await test.step("why it became an NCR twice is asked by the unit, and stands at its entry", async () => {
    await page.goto(`/feed/rules?q=${unit.unit.toLowerCase()}`);
    const made = page
      .getByRole("listitem")
      .filter({ hasText: code })
      .filter({ hasText: "defect.logged" });
    await expect(made).toContainText("matched");
    await expect(made).toContainText("NCR-");
    await seen(page, "why this became an NCR");
    await page
      .getByRole("listitem")
      .filter({ hasText: "ncr-from-defect" })
      .getByRole("link", { name: /defect\.logged/ })
      .first()
      .click();
    await expect(page).toHaveURL(/#entry-\d+$/);
    const entry = page.locator(new URL(page.url()).hash);
    await entry.locator("summary").first().click();
    await expect(entry).toContainText("What the rules made of it");
    await expect(entry).toContainText(code);
    await screens.look("an entry with its evaluations");
  });

  await test.step("retired with a reason: the next one is read by nobody first", async () => {
    await desk.goto(address);
    await desk.getByRole("button", { name: "Retire…" }).click();
    const retiring = desk.getByRole("dialog");
    await retiring.getByLabel("Why", { exact: true }).fill("The seam is painted elsewhere now");
    await retiring.getByRole("button", { name: "Retire it" }).click();
    await expect(retiring).toBeHidden();
    await expect(desk.getByText("The seam is painted elsewhere now")).toBeVisible();
  });

  await test.step("the matrix says what becomes what, on paper too, and is no wider than a narrow screen", async () => {
    await page.goto("/feed/matrix");
    const row = page.getByRole("row").filter({ hasText: /^defect\.logged/ });
    await expect(row).toContainText("ncr-from-defect");
    await expect(row).toContainText("in force");
    await expect(row).toContainText("a departure is found");
    // Who has the last word, which way it goes and how fresh the copy here is, from what is configured and was heard.
    const owned = page.getByRole("row").filter({ hasText: /^Nonconformances \(NCR\)/ });
    await expect(owned).toContainText("Comes in and goes out");
    await expect(owned).toContainText(/qms-sandbox .*20\d\d/);
    await expect(owned).toContainText("Its fields are read-only here.");
    await page.emulateMedia({ media: "print" });
    await seen(page, "the matrix on paper");
    await page.emulateMedia({ media: "screen" });
    await resized(desk, 390, 844);
    for (const room of ["/feed/matrix", "/feed/rules", address]) {
      await desk.goto(room);
      await expectNoneBeside(desk, room);
    }
  });

  const events = await rows<{ type: string }>(
    `select e.type from entries e join routing_rules r on r.id = e.stream_id where r.code = $1 order by e.seq`,
    [code],
  );
  expect(events.map(({ type }) => type)).toEqual([
    "rule.drafted",
    "rule.changed",
    "rule.tested",
    "rule.approved",
    "document.let_go",
    "rule.retired",
  ]);
  screens.expectNoOffence();
});
