import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

// Alone: what other specs change in the plant's configuration moves the flow that is signed here.
test("a flow's cases are executed live, read as a report, signed by another, and the next message says so", {
  tag: "@alone",
}, async ({ page, desk }) => {
  const administrator = await atDesk(page, { role: "administrator" });
  await atDesk(desk, "Ingrid Maurer");
  const screens = screensOf(page);
  await logDefect(administrator, await aUnit());

  await page.goto("/feed");
  await page.getByRole("link", { name: "Validation" }).click();
  const flow = page.getByRole("listitem").filter({ hasText: "→ QMS sandbox" }).first();
  await expect(flow).toBeVisible();
  await screens.look("validation");
  await flow.getByRole("button", { name: "Run…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Mode").selectOption("live");
  await dialog
    .getByLabel("Which cases")
    .selectOption({ label: "A record is made once and says what was sent" });
  await screens.look("start a run");
  await dialog.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(dialog).toBeHidden();
  const asked = async () =>
    (
      await rows<{ id: string; state: string }>(
        "select id, state from validation_runs where mode = 'live' order by asked_at desc limit 1",
      )
    )[0];
  await expect.poll(async () => (await asked())?.state).toBe("done");
  const id = (await asked())?.id ?? "";
  await page.goto(`/feed/validation/${id}`);
  await expect(page.getByText("There, as sent").first()).toBeVisible();
  await expect(page.getByText("void there")).toBeVisible();
  await page.getByText("2 exchanges").first().click();
  await expect(page.getByText("POST api/ncrs").first()).toBeVisible();
  // Who started it is told why the signature is another's.
  await expect(
    page.getByText("Who started it, or wrote a case of it, can’t sign it."),
  ).toBeVisible();
  await screens.look("report");

  await desk.goto(`/feed/validation/${id}`);
  await desk.getByRole("button", { name: "Sign…" }).click();
  const signing = desk.getByRole("dialog");
  await signing.getByRole("button", { name: /demo/i }).click();
  await expect(signing.getByLabel("PIN")).not.toHaveValue("");
  await signing.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(signing).toBeHidden();
  await expect(desk.getByText("I have reviewed this validation run")).toBeVisible();
  await page.reload();
  await page.emulateMedia({ media: "print" });
  await screens.look("printed");
  screens.expectNoOffence();
});
