import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { uuidv7 } from "#lib/kit/ids";
import type { Actor } from "#lib/people/schema";
import type { WebhookConfig } from "./connectors/publishers/schema.ts";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "./testing/publisher.ts";
import { startWorker, type Worker } from "./testing/worker.ts";
import { startValidation } from "./validation.commands.ts";
import { resultsOf, validationRun } from "./validation.queries.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
type Heard = { id: unknown; body: string };
let heard: Heard[];
let answer: number;
let receiver: ReturnType<typeof createServer>;
let plant: PublisherPlant;
let worker: Worker;
beforeEach(async () => {
  heard = [];
  answer = 204;
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      heard.push({ id: request.headers["webhook-id"], body: Buffer.concat(chunks).toString() });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await worker.stop();
  await plant.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });

/**
 * A receiver of webhooks with so many events that have arrived, in whatever order; the connector is configured so
 * afterwards. Gives the id of the last that was queued.
 */
async function listening(events: number, later: Partial<WebhookConfig> = {}) {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const signingKey = `whsec_${Buffer.from("a signing key of the test plant!").toString("base64")}`;
  plant = await aPublisherPlant({ ...publisherBase, kind: "webhook", url }, { signingKey });
  worker = startWorker();
  let last = "";
  for (let at = 0; at < events; at += 1) {
    const event = anEvent(uuidv7(), 2_000);
    await plant.enqueue(event);
    last = event.id;
  }
  await soon(async () =>
    expect((await plant.deliveries()).every(({ state }) => state === "verified")).toBe(true),
  );
  await plant.query("update connectors set config = config || $2::jsonb where id = $1", [
    plant.connector,
    JSON.stringify(later),
  ]);
  return last;
}

async function executed(mode: "live" | "shadow" = "live") {
  const author = { ...actorOfSeed(plant.site), id: uuidv7(), via: "session" } as Actor;
  const flow = `${plant.connector}/EVENTS`;
  const begun = await startValidation(author, { command: uuidv7(), flow, mode, which: "all" });
  if (!begun.ok) throw new Error(begun.error.code);
  await soon(async () => expect((await validationRun(author, begun.value.id))?.state).toBe("done"));
  const results = await resultsOf(author, begun.value.id);
  return {
    outcomes: Object.fromEntries(results.map(({ code, outcome }) => [code, outcome])),
    stepsOf: (code: string) => results.find((of) => of.code === code)?.steps ?? [],
  };
}

test("a system that hears events is sent the last one twice more, the same to the last character, and asked; its answers are kept", async () => {
  const id = await listening(3);
  const last = heard.find((event) => event.id === id);
  const { outcomes, stepsOf } = await executed();
  expect(outcomes).toMatchObject({ "real-events": "passed", publish: "passed" });
  const [map] = stepsOf("real-events");
  expect(map).toMatchObject({ act: "map", observed: "mapped", says: "3 messages" });
  const [, ask] = stepsOf("auth-failure");
  expect(ask).toMatchObject({ act: "ask", observed: "answered", verdict: "passed" });
  const published = stepsOf("publish");
  expect(published.map(({ act, observed }) => [act, observed])).toEqual([
    ["publish", "taken"],
    ["publish_again", "taken"],
  ]);
  for (const { evidence } of published) {
    expect(evidence).toMatchObject([{ classification: "taken" }]);
    expect(evidence[0]?.request).toContain(String(last?.id));
  }
  expect(heard.slice(3).filter((event) => event.id === id)).toEqual([last, last]);
});

test("in shadow nothing is told, and that is not passed", async () => {
  await listening(1);
  const { outcomes, stepsOf } = await executed("shadow");
  expect(outcomes.publish).toBe("not_run");
  expect(stepsOf("publish").map(({ why }) => why)).toEqual(["in_shadow", "in_shadow"]);
  expect(heard.filter(({ id }) => id === heard[0]?.id)).toHaveLength(1);
});

test("what is too large for the system, and what it refuses, are failures", async () => {
  await listening(1, { eventBytesMax: 1_024 });
  answer = 422;
  const { outcomes, stepsOf } = await executed();
  expect(stepsOf("real-events")[0]).toMatchObject({ observed: "not_mapped", verdict: "failed" });
  expect(stepsOf("real-events")[0]?.says).toContain("larger than 1024 bytes");
  expect(stepsOf("publish")[0]).toMatchObject({ observed: "parked", verdict: "failed" });
  expect(outcomes).toMatchObject({ "real-events": "failed", publish: "failed" });
});

test("a system that is not there fails what asks it", async () => {
  await listening(1);
  receiver.close();
  receiver.closeAllConnections();
  const { outcomes, stepsOf } = await executed();
  const asked = stepsOf("auth-failure").find(({ act }) => act === "ask");
  expect(asked).toMatchObject({ observed: "failed", verdict: "failed" });
  expect(outcomes).toMatchObject({ "auth-failure": "failed", publish: "failed" });
});

test("a plant that has told nothing yet shows nothing", async () => {
  await listening(0);
  const { outcomes, stepsOf } = await executed();
  expect(stepsOf("real-events")[0]).toMatchObject({ why: "no_events", verdict: "failed" });
  expect(stepsOf("publish")[0]).toMatchObject({ why: "no_events", verdict: "failed" });
  expect(outcomes).toMatchObject({ "real-events": "failed", publish: "failed" });
});
