import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const drops = vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
  process.env.BUYOFF_DROPS = `/tmp/buyoff-drops-test-${process.pid}`;
  return process.env.BUYOFF_DROPS;
});

import type { CloudEvent } from "#lib/catalogue/data.schema";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { closeLinks, probe } from "./connectors/publishers/publish.gateway.ts";
import type { FolderConfig, WebhookConfig } from "./connectors/publishers/schema.ts";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import { deliverDue } from "./deliver.worker.ts";
import { referencedEvent } from "./event-reference.queries.ts";
import { portsWith, quickPace, unexpected, until } from "./testing/ports.ts";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "./testing/publisher.ts";

const ports = portsWith();
const signingKey = `whsec_${Buffer.from("a signing key of the test plant!").toString("base64")}`;
let plant: PublisherPlant;
let receiver: Receiver;

type Received = { headers: IncomingMessage["headers"]; body: string };
type Receiver = Awaited<ReturnType<typeof aReceiver>>;

/** Somebody who hears webhooks, and answers as a test wants. */
async function aReceiver() {
  const received: Received[] = [];
  let next: ((response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      const answer = next.shift();
      if (answer) answer(response);
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/buyoff?plant=1`,
    received,
    answer: (...how: ((response: ServerResponse) => void)[]) => {
      next = how;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end("said the receiver");

const webhook = (more: Partial<WebhookConfig> = {}): WebhookConfig => ({
  ...publisherBase,
  kind: "webhook",
  url: receiver.url,
  ...more,
});
const states = async () => (await plant.deliveries()).map(({ state }) => state);
const allVerified = (count: number) => async () =>
  (await states()).filter((state) => state === "verified").length === count;

beforeEach(async () => {
  receiver = await aReceiver();
});
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  await receiver.stop();
  rmSync(drops, { recursive: true, force: true });
  expect(unexpected.splice(0)).toEqual([]);
});

describe("a webhook", () => {
  test("is one CloudEvent, signed so that its receiver can tell, under the event's own id", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    const event = anEvent();
    await plant.enqueue(event);
    await until(ports, allVerified(1));
    const [one] = receiver.received;
    expect(one?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(one?.headers["webhook-id"]).toBe(event.id);
    const verified = new Webhook(signingKey).verify(one?.body ?? "", {
      "webhook-id": String(one?.headers["webhook-id"]),
      "webhook-timestamp": String(one?.headers["webhook-timestamp"]),
      "webhook-signature": String(one?.headers["webhook-signature"]),
    });
    expect(verified).toEqual(event);
    expect(await plant.deliveries()).toMatchObject([{ external_id: event.id, attempts: 0 }]);
    expect(JSON.stringify(await plant.attempts())).not.toContain(signingKey);
  });

  test("whose answer is lost is sent again, the same to the last character, with the same id", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    receiver.answer((response) => void response.destroy(), status(503));
    await plant.enqueue(anEvent());
    await until(ports, allVerified(1));
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect((await plant.attempts()).map(({ classification }) => classification)).toEqual([
      "unknown",
      "unknown",
      "taken",
    ]);
  });

  test("of a worker that was killed while it sent is sent again by the next", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    const id = await plant.enqueue(anEvent());
    await plant.query(
      "update deliveries set state = 'sending', fence = 1, leased_until = clock_timestamp() where id = $1",
      [id],
    );
    await until(ports, allVerified(1));
    expect(await plant.deliveries()).toMatchObject([{ attempts: 1, state: "verified" }]);
  });

  test("failure 55: one that is refused parks and keeps back its own key alone", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    receiver.answer(status(422));
    const [key, other] = [uuidv7(), uuidv7()];
    await plant.enqueue(anEvent(key));
    await until(ports, async () => (await states())[0] === "parked");
    await plant.enqueue(anEvent(key));
    await plant.enqueue(anEvent(other));
    await until(ports, allVerified(1));
    await deliverDue(ports, quickPace);
    expect(await states()).toEqual(["parked", "pending", "verified"]);
  });

  test("failure 36: a receiver that asks to wait is left alone for as long, and no attempt is spent", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    receiver.answer(status(429, { "retry-after": "1" }));
    await plant.enqueue(anEvent());
    const startedAt = Date.now();
    await until(ports, allVerified(1));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(900);
    expect(receiver.received).toHaveLength(2);
    expect(await plant.deliveries()).toMatchObject([{ attempts: 0 }]);
  });

  test.each([401, 403, 404, 410, 302])(
    "failure 33: a receiver that answers %i pauses the connector and spends no attempt",
    async (code) => {
      plant = await aPublisherPlant(webhook(), { signingKey });
      receiver.answer(status(code, { location: "http://127.0.0.1:1/" }));
      await plant.enqueue(anEvent());
      await until(ports, async () => (await plant.status())?.status === "paused");
      expect(receiver.received).toHaveLength(1);
      expect(await plant.deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);
    },
  );

  test("failure 41: to an address inside the plant goes nothing unless its host is named", async () => {
    plant = await aPublisherPlant(webhook({ allow: [] }), { signingKey });
    await plant.enqueue(anEvent());
    await until(ports, async () => ((await plant.deliveries())[0]?.attempts ?? 0) > 0);
    expect(receiver.received).toHaveLength(0);
    expect((await plant.deliveries())[0]?.last_result).toMatch(/private address 127.0.0.1/);
  });

  test("failure 62: an event beyond the limit goes as a reference, which its receiver fetches and compares", async () => {
    plant = await aPublisherPlant(webhook({ eventBytesMax: 1_500, overflow: "reference" }), {
      signingKey,
    });
    const event = anEvent(uuidv7(), 3_000);
    const delivery = await plant.enqueue(event);
    await until(ports, allVerified(1));
    const heard = JSON.parse(receiver.received[0]?.body ?? "") as CloudEvent & {
      dataref: string;
      datasha256: string;
    };
    expect(heard.data).toBeUndefined();
    const { searchParams, pathname } = new URL(heard.dataref);
    expect(pathname).toBe(`/api/events/${delivery}`);
    const site = searchParams.get("site") ?? "";
    const proof = searchParams.get("proof") ?? "";
    const whole = await referencedEvent({ site, delivery }, proof);
    expect(sha256Hex(whole ?? "")).toBe(heard.datasha256);
    expect(JSON.parse(whole ?? "")).toEqual(event);
    // The address is for this one event: it opens no other, and no other site.
    const other = await plant.enqueue(anEvent());
    expect(await referencedEvent({ site, delivery: other }, proof)).toBeNull();
    expect(await referencedEvent({ site: uuidv7(), delivery }, proof)).toBeNull();
    expect((await plant.attempts())[0]?.classification).toBe("taken as a reference");
  });

  test("never goes to a system that keeps records: it parks with words", async () => {
    plant = await aPublisherPlant(webhook(), { signingKey });
    await plant.query("update connectors set config = $2, secret = null where id = $1", [
      plant.connector,
      qmsSandboxConfig(receiver.url),
    ]);
    await plant.enqueue(anEvent());
    await until(ports, async () => (await states())[0] === "parked");
    expect((await plant.deliveries())[0]?.last_result).toMatch(/keeps records and hears no events/);
  });
});

describe("a folder", () => {
  const folder = (more: Partial<FolderConfig> = {}): FolderConfig => ({
    ...publisherBase,
    kind: "folder",
    path: "qms/in",
    ...more,
  });
  const files = () =>
    readdirSync(path.join(drops, "qms/in"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();

  test("failure 63: has one file per event, whole, with its digest last, and the same after it was sent again", async () => {
    plant = await aPublisherPlant(folder());
    const event = anEvent();
    const id = await plant.enqueue(event);
    await until(ports, allVerified(1));
    const before = files();
    expect(before).toHaveLength(2);
    const [file = "", digest = ""] = before;
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(event);
    expect(readFileSync(digest, "utf8")).toBe(
      `${sha256Hex(readFileSync(file, "utf8"))}  ${path.basename(file)}\n`,
    );
    await plant.query(
      "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where id = $1",
      [id],
    );
    await until(ports, allVerified(1));
    expect(files()).toEqual(before);
    expect((await plant.attempts()).at(-1)?.response).toMatch(/^was there/);
  });

  test("that can be written to says so when it is asked", async () => {
    plant = await aPublisherPlant(folder());
    expect(await probe({ id: uuidv7(), config: folder(), secrets: {} })).toEqual({
      ok: true,
      answer: "qms/in can be written to",
    });
  });
});
