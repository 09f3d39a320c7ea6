import { expect, test } from "./fixtures.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { registerForm } from "./support/sandbox.ts";
import { screensOf } from "./support/screens.ts";

const { BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;

test("a QMS is connected by the form alone: chosen, filled in, tested, saved, paused for a reason", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1180, height: 820 });
  await atDesk(page, { role: "administrator" });
  const screens = screensOf(page);
  const code = `qms-${Date.now().toString(36)}`;
  await page.goto("/feed/connectors");
  await page.getByRole("link", { name: "Add connector" }).click();
  const form = await registerForm(page, { name: "Second register", code, secret: "not-the-token" });
  await form.getByRole("button", { name: "Test connection" }).click();
  await expect(form.getByText("It did not answer as expected")).toBeVisible();
  await expect(form.getByText("unauthorized: 401")).toBeVisible();
  await form.getByLabel("Secret (token or password)").fill(token);
  await form.getByRole("button", { name: "Test connection" }).click();
  await expect(form.getByText(/It answered in \d+ ms/)).toBeVisible();
  await screens.look("tested before it is saved");

  await form.getByText("Mapping and paths").click();
  await form.getByRole("group", { name: "Read it back" }).getByLabel("Path").fill("api/ncrs");
  await form.getByRole("button", { name: "Save connector" }).click();
  const wrong = form.getByRole("alert").filter({ hasText: "2 fields are not right yet" });
  await expect(wrong).toContainText("put it in quotes");
  await screens.look("what is wrong, at its place");
  await wrong.getByRole("button", { name: "Read it back: Path" }).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText('"api/ncrs/" & $encodeUrlComponent($externalId)');
  await form.getByLabel("Reason").fill("The north line reports to its own register.");
  await form.getByRole("button", { name: "Save connector" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toContainText("Second register");
  await expect(page.getByText("“The north line reports to its own register.”")).toBeVisible();
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText(/It answered in \d+ ms/)).toBeVisible();
  expect(await page.content()).not.toContain(token);
  await screens.look("a connector");

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("Until Monday.");
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await page.goto("/feed/connectors");
  const card = page.getByRole("listitem").filter({ hasText: code });
  await expect(card.getByText("Until Monday.")).toBeVisible();
  await expect(card.getByRole("button", { name: "Resume" })).toBeVisible();
  await screens.look("the list");
  screens.expectNoOffence();
});
