import { TOTP } from "otpauth";
import { expect, test } from "./fixtures.ts";
import { anEmptyPlant } from "./support/empty-plant.ts";
import { screensOf } from "./support/screens.ts";

// In the end the set-up's own address answers 404, which the browser complains of.
test.use({ expectedComplaint: /status of 404|ERR_CONNECTION_RESET/ });

test("an installation without people gets its first administrator by a token that works once", async ({
  page,
}) => {
  const plant = await anEmptyPlant();
  try {
    const token = await plant.setupToken();
    const screens = screensOf(page);
    const send = page.getByRole("button", { name: "Make the administrator" });
    await page.goto(`${plant.origin}/set-up`);
    await screens.look("set-up");

    await test.step("what is missing or odd is said at its field", async () => {
      await expect(page.getByLabel("Time zone")).toHaveValue("America/Chicago");
      await send.click();
      await expect(page.getByText("This is needed.")).toHaveCount(5);
      await page.getByLabel("Set-up token").fill("not the token");
      await page.getByLabel("Your name").fill("Inés Castillo");
      await page.getByLabel("Employee number").fill("10001");
      await page.getByLabel("Password").fill("password1");
      await page.getByLabel("Plant code").fill("ng1");
      await page.getByLabel("Plant name").fill("Planta primera");
      await page.getByLabel("Time zone").fill("Mars/Olympus");
      await send.click();
      await expect(page.getByText("Too short or too common.")).toBeVisible();
      await expect(page.getByText("Two to twelve capital letters")).toBeVisible();
      await screens.look("set-up with problems");
    });

    await test.step("what the server refuses is told, keeps the token and loses nothing", async () => {
      await page.getByLabel("Password").fill("a long and quiet sentence");
      await page.getByLabel("Plant code").fill("NG1");
      await send.click();
      await expect(page.getByRole("main").getByRole("alert")).toContainText(
        "This time zone is not known.",
      );
      await page.getByLabel("Time zone").fill("Europe/Madrid");
      await send.click();
      await expect(page.getByRole("main").getByRole("alert")).toContainText(
        "This set-up token is not valid",
      );
      await expect(page.getByLabel("Password")).toHaveValue("a long and quiet sentence");
    });

    await page.getByLabel("Set-up token").fill(token);
    await test.step("a lost reply is asked for again: the same secret, one administrator", async () => {
      const isAct = (headers: Record<string, string>) => "next-action" in headers;
      await page.route("**/set-up", async (route) => {
        if (!isAct(route.request().headers())) return route.fallback();
        await route.fetch();
        await route.abort("connectionreset");
      });
      await send.click();
      await expect(page.getByRole("main").getByRole("alert")).toContainText(
        "it makes one administrator",
      );
      await screens.look("no answer");
      await page.unroute("**/set-up");
    });
    await send.click();
    await expect(
      page.getByRole("heading", { name: "Add this to your authenticator now" }),
    ).toBeVisible();
    await screens.look("secret");
    const secret = (await page.locator("p.select-all").textContent()) ?? "";
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    await page.getByRole("link", { name: /go to sign-in/ }).click();

    await page.getByLabel("Employee number").fill("10001");
    await page.getByLabel("Password", { exact: true }).fill("a long and quiet sentence");
    await page.getByLabel("One-time code").fill(new TOTP({ secret }).generate());
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Waiting for you" })).toBeVisible();
    await expect(page.getByText("Inés Castillo")).toBeVisible();

    for (const [room, empty] of [
      ["travelers", "No travelers here"],
      ["buyoffs", "Nobody waits for a signature"],
      ["holds", "Nothing is on hold"],
      ["defects", "No open defect"],
      ["orders", "No work order yet"],
      ["stations", "No station yet"],
    ] as const) {
      await page.goto(`${plant.origin}/${room}`);
      await expect(page.getByText(empty)).toBeVisible();
      await screens.look(`${room}, empty`);
    }
    await page.goto(`${plant.origin}/set-up`);
    await expect(
      page.getByRole("heading", { level: 1, name: "There is nothing here" }),
    ).toBeVisible();
    screens.expectNoOffence();
  } finally {
    // A page that is still open would ask a server that is gone.
    await page.goto("about:blank");
    await plant.stop();
  }
});
