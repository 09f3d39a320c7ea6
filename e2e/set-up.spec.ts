import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { TOTP } from "otpauth";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { isBuildStale } from "#lib/setup/build";
import { withClient } from "#lib/setup/database";
import { openMemory } from "#lib/setup/memory";
import { newParts } from "#lib/setup/parts";
import { startPlant } from "#lib/setup/plant";
import { freePort } from "#lib/setup/port";
import { asRole, createRoles, newRolePasswords, withDatabase } from "#lib/setup/roles";
import { expect, test } from "./fixtures.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { wordsIn } from "./support/words.ts";

const say = wordsIn("en");

test.describe("an installation without the demo", () => {
  // The token of somebody else, and the room once it is of nothing.
  test.use({ expectedComplaint: /status of 404/ });

  test("has no account; a token that works once makes the first administrator", async ({
    page,
  }) => {
    const { origin, token, stop } = await anEmptyPlant();
    try {
      await page.goto(`${origin}/sign-in`);
      await expect(page.getByRole("button", { name: say("desk.signIn.demoShow") })).toHaveCount(0);
      await page.goto(`${origin}/set-up?token=${newToken()}`);
      const typed = {
        name: "Frances Administrator",
        employeeNumber: "1",
        password: "a sentence is a good one",
        siteCode: "PL1",
        siteName: "Plant one",
      };
      for (const [field, value] of Object.entries(typed))
        await page.getByLabel(say(`desk.setUp.${field}`), { exact: true }).fill(value);
      await seen(page, "set-up");
      const send = page.getByRole("button", { name: say("desk.setUp.send") });
      await send.click();
      await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
      await seen(page, "set-up refused");

      await page.getByLabel(say("desk.setUp.token"), { exact: true }).fill(token);
      await send.click();
      await expect(page.getByText(say("desk.setUp.doneTitle"))).toBeVisible();
      await seen(page, "set-up done");
      const secret = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? "";

      await page.getByRole("link", { name: say("desk.setUp.toSignIn") }).click();
      await page.getByLabel(say("desk.signIn.employeeNumber")).fill(typed.employeeNumber);
      await page.getByLabel(say("desk.signIn.password"), { exact: true }).fill(typed.password);
      await page
        .getByLabel(say("desk.signIn.code"), { exact: true })
        .fill(new TOTP({ secret }).generate());
      await page.getByRole("button", { name: say("desk.signIn.enter"), exact: true }).click();
      const waiting = page.getByRole("heading", { name: say("desk.waiting.title"), level: 1 });
      await expect(waiting).toBeVisible();
      await seen(page, "first page of an empty plant");
      for (const room of ["travelers", "buyoffs", "holds", "defects", "orders", "people"]) {
        await page.goto(`${origin}/${room}`);
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(say(`desk.${room}.title`));
        await seen(page, `${room} of an empty plant`);
      }
      await page.goto(`${origin}/set-up?token=${token}`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("desk.notFound.title"));
    } finally {
      // A page that is still open would ask a server that is gone.
      await page.goto("about:blank");
      await stop();
    }
  });
});

/** A database of its own on the run's server, started as an administrator would: by DATABASE_URL alone. */
async function anEmptyPlant() {
  const name = `buyoff_empty_${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(path.join(tmpdir(), "buyoff-empty-"));
  const parts = newParts();
  const stop = async () => {
    await parts.stop();
    await withClient(run.adminUrl, (client) => client.query(`drop database ${name} with (force)`));
    await rm(folder, { recursive: true, force: true });
  };
  await withClient(run.adminUrl, (client) => client.query(`create database ${name}`));
  const adminUrl = withDatabase(run.adminUrl, name);
  await withClient(adminUrl, (client) => createRoles(client, newRolePasswords()));
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  const roleUrl = (role: Parameters<typeof asRole>[1]) => asRole(adminUrl, role);
  const environment = {
    ...run.environment,
    BUYOFF_METRICS_PORT: "",
    BUYOFF_WORKER_METRICS_PORT: "",
    DATABASE_URL: roleUrl("buyoff_app"),
    DATABASE_OWNER_URL: roleUrl("buyoff_owner"),
    DATABASE_WORKER_URL: roleUrl("buyoff_worker"),
    DATABASE_VERIFY_URL: roleUrl("buyoff_verify"),
    BUYOFF_ORIGIN: origin,
    BUYOFF_BLOBS: path.join(folder, "blobs"),
    BUYOFF_DEMO: "0",
    BUYOFF_SEED: "",
  };
  // A start would build anew, under the feet of the web that serves this run.
  if (await isBuildStale(environment)) throw new Error("the sources have changed since the build");
  const memory = await openMemory(folder);
  const tell = () => undefined;
  const ports = { publicPort: port, webPort: port };
  await startPlant({ memory, environment, origin, ...ports, isDev: false, parts, tell });
  const token = newToken();
  await withClient(adminUrl, (client) =>
    client.query(
      "insert into setup_tokens (hash, expires_at) values ($1, now() + interval '1 day')",
      [tokenHash(token)],
    ),
  );
  return { origin, token, stop };
}
