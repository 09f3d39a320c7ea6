import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { db } from "#lib/db/client";
import { isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import { requestWaitMs } from "./connector-usage.queries.ts";
import type * as rest from "./connectors/rest/talk.gateway.ts";
import { pauseConnectorIn } from "./delivery.commands.ts";
import type { FeedPorts } from "./ports.schema.ts";
import { type Run, renewRun } from "./reconcile.queries.ts";

const unreadInRowMax = 5;
const renewEveryMs = 20_000;
const patienceMs = 10 * 60_000;

/** Somebody else has the run by now. */
export class RunLost extends Error {}
/** The worker is asked to stop. */
export class Stopped extends Error {}
/** It can't be done now, and these words say why. */
export class RunFailed extends Error {}

/** Before each request: is the run still ours, may the system be asked, is anybody stopping us? */
export class Pace {
  private renewedAt = Date.now();
  private unread = 0;
  private readonly run: Run;
  private readonly connector: OpenConnector;
  private readonly ports: FeedPorts;
  private readonly stop: AbortSignal;

  constructor(run: Run, connector: OpenConnector, ports: FeedPorts, stop: AbortSignal) {
    this.run = run;
    this.connector = connector;
    this.ports = ports;
    this.stop = stop;
  }

  async ask<T>(what: () => Promise<rest.Talk<T>>): Promise<rest.Talk<T>> {
    const until = Date.now() + patienceMs;
    for (;;) {
      await this.turn(until);
      const talked = await what();
      if (talked.kind === "unauthorized") {
        await pauseConnectorIn(db, this.connector.id, talked.reason);
        throw new RunFailed(talked.reason);
      }
      if (talked.kind !== "rate_limited") {
        const isAnswer = talked.kind === "done" || talked.kind === "not_found";
        this.unread = isAnswer ? 0 : this.unread + 1;
        if (this.unread >= unreadInRowMax)
          throw new RunFailed(talked.kind === "done" ? "" : talked.reason);
        return talked;
      }
      if (Date.now() + talked.waitMs > until) throw new RunFailed(talked.reason);
      await this.pause(talked.waitMs);
    }
  }

  private async turn(until: number): Promise<void> {
    const { connector } = this;
    for (;;) {
      if (this.stop.aborted) throw new Stopped();
      if (Date.now() - this.renewedAt > renewEveryMs) {
        if (!(await renewRun(this.run))) throw new RunLost();
        this.renewedAt = Date.now();
      }
      const waitMs = isRecordsConnector(connector) ? await requestWaitMs(connector, false) : 0;
      if (waitMs === 0) return;
      if (Date.now() + waitMs > until)
        throw new RunFailed("as many requests as the system allows have been sent");
      await this.pause(Math.min(waitMs, renewEveryMs));
    }
  }

  /** The lease is renewed while it waits. */
  private async pause(ms: number): Promise<void> {
    const endsAt = Date.now() + ms;
    while (Date.now() < endsAt) {
      if (this.stop.aborted) throw new Stopped();
      if (!(await renewRun(this.run))) throw new RunLost();
      this.renewedAt = Date.now();
      const leftMs = Math.max(1, Math.min(renewEveryMs, endsAt - Date.now()));
      await wait(leftMs, undefined, { signal: this.stop }).catch(() => undefined);
    }
  }

  warn(what: object, message: string): void {
    this.ports.log.warn({ run: this.run.id, connector: this.connector.code, ...what }, message);
  }
}
