import { createHmac, randomBytes } from "node:crypto";
import type { Ncr } from "./store.ts";

export type WebhookTarget = { url: string; secret: string };

const retryDelaysMs = [500, 2_000, 10_000, 60_000, 300_000];

/** Signs and sends notices in the manner of standardwebhooks.com: thin, retried, at least once. */
export class Webhooks {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly target: WebhookTarget | null;

  constructor(target: WebhookTarget | null) {
    this.target = target;
  }

  changed(type: "ncr.status_changed" | "ncr.dispositions_changed", ncr: Ncr): void {
    if (!this.target) return;
    const body = JSON.stringify({
      type,
      timestamp: ncr.updated_at,
      data: { number: ncr.number, version: ncr.version, status: ncr.status },
    });
    void this.send(`msg_${randomBytes(12).toString("hex")}`, body, 0);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async send(id: string, body: string, attempt: number): Promise<void> {
    if (!this.target) return;
    const timestamp = Math.floor(Date.now() / 1000).toString();
    try {
      const answer = await fetch(this.target.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": sign(this.target.secret, id, timestamp, body),
        },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch {
      // Nobody there: tried again below.
    }
    const delay = retryDelaysMs[attempt];
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.send(id, body, attempt + 1);
    }, delay);
    this.timers.add(timer);
  }
}

export function sign(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return `v1,${mac}`;
}
