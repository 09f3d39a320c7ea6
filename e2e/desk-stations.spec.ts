import { webcrypto } from "node:crypto";
import { expect, test } from "./fixtures.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { screensOf } from "./support/screens.ts";
import { ask, sameOrigin } from "./support/tablet.ts";

type Answer = { ok: boolean; error?: { code: string } };

async function enrol(code: string, name: string): Promise<{ said: Answer; cookie: string }> {
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
  ]);
  const publicKey = await webcrypto.subtle.exportKey("jwk", keys.publicKey);
  const { body, headers } = await ask<Answer>(run.origin, "/api/devices/enrol", {
    headers: sameOrigin(run.origin),
    body: { code, publicKey, name },
  });
  const cookie = headers
    .getSetCookie()
    .map((set) => set.split(";")[0])
    .join("; ");
  return { said: body, cookie };
}
const queueFor = (cookie: string) => ask(run.origin, "/api/floor/queue", { headers: { cookie } });

test("a tablet is enrolled with a code that works once, and revoked it is a stranger", async ({
  page,
}) => {
  await atDesk(page, "Ruth Calloway");
  const screens = screensOf(page);
  const name = `Bench tablet ${Date.now().toString(36)}`;
  await page.goto("/stations");
  await screens.look("stations");
  const station = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: /^ASM-1/ }) });
  await station.getByRole("button", { name: "Enroll a tablet" }).click();
  const shown = page.getByRole("dialog", { name: "Code for ASM-1" });
  await expect(shown).toContainText("It works once");
  const code = (await shown.locator("p.select-all").textContent()) ?? "";
  expect(code).toMatch(/^[A-Z0-9]{3,}(-[A-Z0-9]{3,})+$/);
  await screens.look("code");
  await shown.getByRole("button", { name: "Done" }).click();
  await expect(shown).toBeHidden();

  const tablet = await enrol(code, name);
  expect(tablet.said.ok).toBe(true);
  expect((await queueFor(tablet.cookie)).status).toBe(200);
  expect((await enrol(code, `${name} copy`)).said).toMatchObject({
    error: { code: "enrolment_code_wrong" },
  });

  await page.reload();
  const line = station.getByRole("listitem").filter({ hasText: name });
  await line.getByRole("button", { name: "Revoke" }).click();
  const asked = page.getByRole("dialog", { name: `Revoke ${name}?` });
  await screens.look("revoke");
  await asked.getByRole("button", { name: "Keep it" }).click();
  await expect(asked).toBeHidden();
  expect((await queueFor(tablet.cookie)).status).toBe(200);

  await line.getByRole("button", { name: "Revoke" }).click();
  await asked.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(asked).toBeHidden();
  await expect(line).toContainText("Revoked");
  await expect(line.getByRole("button")).toHaveCount(0);
  expect((await queueFor(tablet.cookie)).status).toBe(401);
  screens.expectNoOffence();
});

test("quality revokes tablets and enrols none", async ({ page }) => {
  await atDesk(page, "Ingrid Maurer");
  await page.goto("/stations");
  await expect(page.getByRole("heading", { name: /^ASM-1/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Enroll a tablet" })).toHaveCount(0);
});
