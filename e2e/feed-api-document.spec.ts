import { expect, test } from "./fixtures.ts";
import { openApiDocument } from "./qms-sandbox/openapi.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { registerForm } from "./support/sandbox.ts";
import { seen } from "./support/sight.ts";

const { BUYOFF_SANDBOX_URL: url = "" } = run.environment;

type Changing = {
  components: {
    schemas: Record<"NewNcr", { required: string[]; properties: Record<string, unknown> }>;
  };
};
const changedDocument = (change: (of: Changing) => void): string => {
  const copy = structuredClone(openApiDocument) as unknown as Changing;
  change(copy);
  return JSON.stringify(copy);
};

test("a connector stands on the system's own document: what is wrong with one is said, and what it asks for is held against what is typed", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1180, height: 820 });
  await atDesk(page, { role: "administrator" });
  const code = `described-${Date.now().toString(36)}`;
  await page.goto("/feed/connectors/new");
  await registerForm(page, { name: "Register that describes itself", code });

  const document = page.getByRole("region", { name: "Their API’s document" });
  await test.step("one that can't be read says why, and what to do", async () => {
    await document.getByText("Or give it as a file or as text").click();
    const given = document.getByLabel("The document", { exact: true });
    for (const [text, why] of [
      ["<html><body>Sign in</body></html>", "This can’t be read as JSON or YAML."],
      ['{ "swagger": "1.2" }', "none of Swagger 2.0"],
      ["openapi: 3.1.0\npaths: { /ncrs: { $ref: ./paths/ncrs.yml } }", "in several files"],
      ["openapi: 3.1.0\npaths: {}", "describes no operation"],
    ] as const) {
      await given.fill(text);
      await document.getByRole("button", { name: "Read the document" }).click();
      await expect(document.getByRole("alert")).toContainText(why);
    }
    await seen(page, "a document that can't be read");
    await given.fill("");
    await document.getByLabel("Its address").fill(`${url}/api/nowhere.json`);
    await document.getByRole("button", { name: "Read the document" }).click();
    await expect(document.getByRole("alert")).toContainText("could not be had");
  });

  await test.step("one that asks for more than is mapped names it, and what it doesn't name", async () => {
    const text = changedDocument(({ components: { schemas } }) => {
      schemas.NewNcr.required.push("cause_group");
      schemas.NewNcr.properties.cause_group = { type: "string", enum: ["method", "machine"] };
      schemas.NewNcr.properties.title = { type: "string", maxLength: 12 };
      schemas.NewNcr.properties.serial = { $ref: "serials.json#/Serial" };
      delete schemas.NewNcr.properties.shift;
    });
    await document.getByLabel("The document", { exact: true }).fill(text);
    await document.getByRole("button", { name: "Read the document" }).click();
    await expect(document.getByText("is asked for, and the mapping gives none.")).toBeVisible();
    await expect(document.getByText("takes 12 characters at most.")).toBeVisible();
    await expect(document.getByText("which doesn’t forbid it either")).toBeVisible();
    await expect(document.getByText("serials.json#/Serial", { exact: true })).toBeVisible();
    await document.getByText("is asked for, and").scrollIntoViewIfNeeded();
    await seen(page, "what a document asks for that is not mapped");
  });
});
