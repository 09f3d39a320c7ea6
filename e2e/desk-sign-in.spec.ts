import { expect, test } from "./fixtures.ts";
import { crewAt } from "./support/crew.ts";
import { addCookie, atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { screensOf } from "./support/screens.ts";
import { aTablet } from "./support/tablet.ts";

test("badge and PIN open the desk on an enrolled tablet alone; what is wrong is said and nothing typed is lost", async ({
  page,
}) => {
  const tablet = await aTablet(run.origin);
  const { badge, pin } = (await crewAt(tablet)).badgeOf("Hector Salinas");
  const screens = screensOf(page);
  await page.goto("/sign-in");
  await screens.look("sign in");
  await page.getByRole("button", { name: "Badge and PIN" }).click();
  const enter = page.getByRole("button", { name: "Sign in", exact: true });
  await enter.click();
  await expect(page.getByText("This is needed.")).toHaveCount(2);
  await screens.look("nothing typed");

  // A scanner types the badge and presses Enter: the PIN is what comes next.
  await page.getByLabel("Badge", { exact: true }).fill(badge);
  await page.getByLabel("Badge", { exact: true }).press("Enter");
  await expect(page.getByLabel("PIN", { exact: true })).toBeFocused();
  await page.getByLabel("PIN", { exact: true }).fill(pin);
  await enter.click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText(
    "work on an enrolled tablet only",
  );
  await expect(page.getByLabel("PIN", { exact: true })).toHaveValue(pin);
  await screens.look("not a tablet");

  await addCookie(page, tablet.cookie);
  await page.getByLabel("PIN", { exact: true }).fill("000111");
  await enter.click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("That does not match.");
  await page.getByLabel("PIN", { exact: true }).fill(pin);
  await enter.click();
  await expect(page.getByRole("heading", { level: 1, name: "Waiting for you" })).toBeVisible();
  await expect(page.getByText("Hector Salinas")).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in at the desk" })).toBeVisible();
  await page.goto("/travelers");
  await expect(page).toHaveURL(/\/sign-in/);
  screens.expectNoOffence();
});

test("a wrong password is told like a wrong number, and a code has six digits", async ({
  page,
}) => {
  await page.goto("/sign-in");
  const enter = page.getByRole("button", { name: "Sign in", exact: true });
  await page.getByLabel("Employee number").fill("20999");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByLabel("One-time code").fill("12a");
  await enter.click();
  await expect(page.getByText("Six digits, please.")).toBeVisible();
  await page.getByLabel("One-time code").fill("123456");
  await enter.click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("That does not match.");
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("not the password");
});

test.describe("what is not there", () => {
  // The page itself answers 404, which the browser complains of.
  test.use({ expectedComplaint: /status of 404/ });

  test("set-up is of nothing once somebody is there", async ({ page }) => {
    await page.goto("/set-up?token=whatever");
    await expect(
      page.getByRole("heading", { level: 1, name: "There is nothing here" }),
    ).toBeVisible();
  });

  test("each role finds its own rooms and no other, and no link leads nowhere", async ({
    page,
  }) => {
    const work = ["Waiting for you", "Travelers", "Buyoffs", "Holds"];
    const plant = ["Orders", "Stock", "Gages"];
    const feed = "Other systems";
    const rooms: Record<string, string[]> = {
      operator: [...work, "Defects", "Orders"],
      inspector: [...work, "Defects", "Orders"],
      supervisor: [...work, "Defects", "Waivers", ...plant, "People", "Stations"],
      quality: [
        ...work,
        "Defects",
        "Waivers",
        "Review",
        "Conflicts",
        ...plant,
        "People",
        "Stations",
        feed,
      ],
      manufacturing_engineer: [...work, "Defects", ...plant, feed],
      customer: [...work, "Orders"],
      administrator: [...work, "Defects", ...plant, "People", "Stations", feed],
      integrator: ["Waiting for you", feed],
    };
    for (const [role, expected] of Object.entries(rooms)) {
      await page.context().clearCookies();
      await atDesk(page, { role: role as "supervisor" });
      await page.goto("/travelers");
      const rail = page.getByRole("navigation", { name: "Rooms of the desk" });
      const links = rail.getByRole("link");
      await expect(links).toHaveText(expected.map((name) => new RegExp(`^${name}`)));
      for (const href of await links.evaluateAll((of) => of.map((a) => a.getAttribute("href")))) {
        expect((await page.request.get(href ?? "")).status(), `${role} at ${href}`).toBe(200);
      }
      if (role === "integrator")
        await expect(page.getByRole("main")).toContainText("Nothing here is for your role");
    }
  });
});

test("whoever signs in comes back to the page that was asked for, and to no other server", async ({
  page,
}) => {
  const tablet = await aTablet(run.origin);
  const { badge, pin } = (await crewAt(tablet)).badgeOf("Hector Salinas");
  await addCookie(page, tablet.cookie);
  const signIn = async () => {
    await page.getByRole("button", { name: "Badge and PIN" }).click();
    await page.getByLabel("Badge", { exact: true }).fill(badge);
    await page.getByLabel("PIN", { exact: true }).fill(pin);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  const signOut = async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(
      page.getByRole("heading", { level: 1, name: "Sign in at the desk" }),
    ).toBeVisible();
  };
  await page.goto("/defects?show=all");
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await signIn();
  await expect(page).toHaveURL(`${run.origin}/defects?show=all`);
  await expect(page.getByRole("heading", { level: 1, name: "Defects" })).toBeVisible();
  await signOut();

  for (const to of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
  ]) {
    await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
    await signIn();
    await expect(page).toHaveURL(`${run.origin}/`);
    await signOut();
  }
  // What a page is told about its own address is the proxy's word, whatever a client says.
  const answer = await fetch(`${run.origin}/gages`, {
    headers: { "x-buyoff-asked": "//evil.example" },
    redirect: "manual",
  });
  expect(answer.headers.get("location")).toBe("/sign-in?to=%2Fgages");
});
