import { expect, type Page } from "@playwright/test";
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
