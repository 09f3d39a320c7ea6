import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { BehaviourSwitch } from "../../../e2e/qms-sandbox/behaviour.ts";
import { startServer } from "../../../e2e/qms-sandbox/server.ts";
import { Store } from "../../../e2e/qms-sandbox/store.ts";
import { Webhooks } from "../../../e2e/qms-sandbox/webhooks.ts";

export const sandboxToken = "sandbox-token-5f1c";
export const sandboxWebhookSecret = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMQ==";

export type SandboxCount = {
  ncrs: number;
  by_external_key: Record<string, number>;
  attachments: number;
};
export type SandboxNcr = {
  number: string;
  external_key: string;
  status: string;
  version: number;
  created_at: string;
  fields: Record<string, string>;
  comments: { external_key: string; text: string }[];
  attachments: { sha256: string; size: number; name: string }[];
};

export type Sandbox = {
  url: string;
  behave(how: Record<string, unknown>): Promise<void>;
  count(): Promise<SandboxCount>;
  ncrs(): Promise<SandboxNcr[]>;
  /** As somebody who types it there; gives its number. */
  create(fields: Record<string, string>): Promise<string>;
  patch(number: string, change: object): Promise<void>;
  /** As an administrator who deletes. */
  remove(number: string): Promise<void>;
  merge(number: string, into: string): Promise<void>;
  /** A whole record, as after a restore or by a hand in the database. */
  put(ncr: SandboxNcr, change?: object): Promise<void>;
  stop(): Promise<void>;
};

/** The real server, with a store of its own; in this process, which is quicker there than a new one. */
export async function startSandbox(webhookUrl?: string, port = 0): Promise<Sandbox> {
  const folder = mkdtempSync(path.join(tmpdir(), "ncr-register-"));
  const store = new Store(folder);
  const webhooks = new Webhooks(
    webhookUrl ? { url: webhookUrl, secret: sandboxWebhookSecret } : null,
  );
  const behaviour = new BehaviourSwitch();
  const server = startServer({ store, behaviour, webhooks, token: sandboxToken });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (method: string, at: string, body?: object) => {
    const response = await fetch(`${url}${at}`, {
      method,
      headers: { authorization: `Bearer ${sandboxToken}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok)
      throw new Error(`${method} ${at}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<unknown>;
  };
  return {
    url,
    behave: async (how) => void (await ask("PUT", "/api/behaviour", how)),
    count: () => ask("GET", "/api/admin/count") as Promise<SandboxCount>,
    ncrs: async () =>
      ((await ask("GET", "/api/ncrs?include_closed=1")) as { ncrs: SandboxNcr[] }).ncrs,
    create: async (fields) =>
      ((await ask("POST", "/api/ncrs", fields)) as { number: string }).number,
    patch: async (number, change) => void (await ask("PATCH", `/api/ncrs/${number}`, change)),
    remove: async (number) => void (await ask("DELETE", `/api/ncrs/${number}`)),
    merge: async (number, into) => void (await ask("POST", `/api/ncrs/${number}/merge`, { into })),
    put: async (ncr, change = {}) =>
      void (await ask("PUT", `/api/ncrs/${ncr.number}`, { ...ncr, ...change })),
    stop: async () => {
      webhooks.stop();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
