import { expect, type Locator, type Page } from "@playwright/test";
import { run } from "./run.ts";

const { BUYOFF_SANDBOX_URL: url = "", BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;

type Ncr = {
  number: string;
  fields: Readonly<Record<string, string>>;
  attachments: readonly { sha256: string }[];
};

/** What the QMS itself holds about a unit: its own store is the assertion, not our delivery's state. */
export async function ncrsOf(unit: string): Promise<Ncr[]> {
  const response = await fetch(`${url}/api/ncrs?include_closed=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { ncrs } = (await response.json()) as { ncrs: Ncr[] };
  return ncrs.filter((ncr) => JSON.stringify(ncr).includes(unit));
}

export async function openNcr(page: Page, number: string): Promise<void> {
  await page.goto(`${url}/ncrs/${encodeURIComponent(number)}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(number);
}

/** The form of a connector to the stand-in, chosen and filled in; whose secret is another's it does not let in. */
export async function registerForm(
  page: Page,
  { name, code, secret = token }: { name: string; code: string; secret?: string },
): Promise<Locator> {
  await page
    .getByRole("listitem")
    .filter({ hasText: "QMS sandbox" })
    .getByRole("link", { name: "Choose" })
    .click();
  const form = page.getByRole("form", { name: "Configuration" });
  await form.getByLabel("Name", { exact: true }).fill(name);
  await form.getByLabel("Code").fill(code);
  await form.getByLabel("Address of the API").fill(url);
  await form.getByLabel("Hosts in the plant’s own network").fill("127.0.0.1");
  await form
    .getByLabel("What it signs its webhooks with")
    .fill("whsec_c2Vjb25kLXJlZ2lzdGVyLTAwMDE=");
  await form.getByLabel("Secret (token or password)").fill(secret);
  return form;
}
