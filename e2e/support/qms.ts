import { run } from "./run.ts";

const { BUYOFF_SANDBOX_URL: url = "", BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;

async function ask(method: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

export type Decided = {
  decision: string;
  quantity: string;
  design_authority?: string;
  concession?: string;
};

/** What the review board has decided, in the QMS's own store. */
export const decide = (ncr: string, dispositions: readonly Decided[]): Promise<void> =>
  ask("PATCH", `/api/ncrs/${encodeURIComponent(ncr)}`, { dispositions, status: "dispositioned" });

/** The QMS answers 503 when it is asked for this record, and for no other. */
export const breakRecord = (ncr: string): Promise<void> =>
  ask("PUT", "/api/behaviour", { mode: "503", scope: "read", address: `/api/ncrs/${ncr}` });

/** The QMS answers nothing but 503, to whatever it is asked. */
export const shut = (): Promise<void> => ask("PUT", "/api/behaviour", { mode: "503" });

/** It answers, and these defect codes are not in its list any more. */
export const refuseCodes = (codes: readonly string[]): Promise<void> =>
  ask("PUT", "/api/behaviour", { mode: "ok", refused_codes: codes });

export const mend = (): Promise<void> => ask("PUT", "/api/behaviour", { mode: "ok" });

/** Deleted there by an administrator. */
export const removeRecord = (ncr: string): Promise<void> =>
  ask("DELETE", `/api/ncrs/${encodeURIComponent(ncr)}`, undefined);
