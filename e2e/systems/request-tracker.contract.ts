import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import {
  requestTrackerConfig,
  requestTrackerFields,
} from "#lib/feed/connectors/request-tracker/rules";
import type { RestConnectorConfig } from "#lib/feed/connectors/rest/schema";
import { aPlant, type TestPlant } from "#lib/feed/testing/plant";
import { portsWith, quickPace, unexpected, until as untilWithin } from "#lib/feed/testing/ports";
import { pollDue } from "#lib/feed/tracking.worker";
import { startTracker, trackerLogin } from "./servers.ts";

let tracker: Awaited<ReturnType<typeof startTracker>>;
let plant: TestPlant;
const bytes = new Uint8Array(Buffer.from("a photo of bolt 3, as bytes"));
const sha256 = createHash("sha256").update(bytes).digest("hex");
const ports = portsWith(new Map([[sha256, bytes]]));

/** One process answers one request at a time, and each takes it a while. */
const until: typeof untilWithin = (at, fact) => untilWithin(at, fact, quickPace, 150_000);
const base = () => `http://127.0.0.1:${tracker.port}`;
const open = async (more: Partial<RestConnectorConfig> = {}, secret = trackerLogin.password) => {
  const config = requestTrackerConfig({
    baseUrl: base(),
    allow: ["127.0.0.1"],
    user: trackerLogin.user,
    queue: "NCR",
  });
  const quick = { settlingMs: 500, retry: { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 } };
  plant = await aPlant(base(), { ...config, ...quick, ...more }, secret);
};

type Ticket = { id: number | string; CustomFields: { name: string; values: string[] }[] } & Record<
  string,
  unknown
>;
async function ask<T>(path: string, body?: object, method = body ? "POST" : "GET"): Promise<T> {
  const login = Buffer.from(`root:password`).toString("base64");
  const answer = await fetch(`${base()}/REST/2.0/${path}`, {
    method,
    headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as T;
}
const ticketsWith = async (key: string) => {
  const query = encodeURIComponent(`Queue = 'NCR' AND CF.{BuyoffKey} = '${key}'`);
  return (await ask<{ items: { id: string }[] }>(`tickets?query=${query}`)).items;
};
const heldIn = (ticket: Ticket, field: string) =>
  ticket.CustomFields.find(({ name }) => name === field)?.values[0];
const stateOf =
  (operation: string, state: string, count = 1) =>
  async () =>
    (await plant.deliveries()).filter((one) => one.operation === operation && one.state === state)
      .length === count;
const records = () =>
  plant.query<{
    external_id: string;
    number: string;
    status: string;
    merged_into: string | null;
    dispositions: unknown;
  }>(
    "select external_id, number, status, merged_into, dispositions from external_records where site_id = $1 order by external_id",
    [plant.site],
  );
/** Its times are of seconds: what follows within the same one has no later version. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100));
const polled = async (fact: () => Promise<boolean>) =>
  vi.waitFor(
    async () => {
      await plant.query("update connectors set poll_at = clock_timestamp() where id = $1", [
        plant.connector,
      ]);
      await pollDue(ports);
      expect(await fact()).toBe(true);
    },
    { timeout: 120_000, interval: 200 },
  );

beforeAll(async () => {
  tracker = await startTracker(requestTrackerFields);
});
afterAll(() => tracker.stop());
afterEach(async () => {
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

test("a defect becomes one ticket with everything in its fields, read back and compared", async () => {
  await open();
  const { key } = await plant.logDefect();
  await until(ports, stateOf("create", "tracking"));
  const found = await ticketsWith(key);
  expect(found).toHaveLength(1);
  const ticket = await ask<Ticket>(`ticket/${found[0]?.id}`);
  expect(heldIn(ticket, "Actual")).toBe("27.2 N·m");
  expect(heldIn(ticket, "Requirement")).toBe("21.9 … 24.9 N·m");
  expect(heldIn(ticket, "Serial")).toBe("FSB-0118");
  expect(await records()).toMatchObject([{ external_id: String(found[0]?.id), status: "open" }]);
  expect(JSON.stringify(await plant.attempts())).not.toContain(trackerLogin.password);
});

test("a ticket that is there already is adopted, a rejected one as well: our key finds it", async () => {
  await open();
  const { key } = await plant.logDefect();
  await until(ports, stateOf("create", "tracking"));
  const [first] = await ticketsWith(key);
  await nextSecond();
  await ask(`ticket/${first?.id}`, { Status: "rejected" }, "PUT");
  // As after a restore of our own database to before it was sent.
  await plant.query(
    "update deliveries set state = 'pending', external_id = null where site_id = $1",
    [plant.site],
  );
  await until(ports, stateOf("create", "tracking"));
  expect(await ticketsWith(key)).toHaveLength(1);
  expect(await records()).toMatchObject([{ external_id: String(first?.id), status: "void" }]);
});

test("failure 24: a field that it doesn't know is dropped with 201: the read-back finds it, and the delivery parks with its name", async () => {
  const config = requestTrackerConfig({
    baseUrl: base(),
    allow: ["127.0.0.1"],
    user: trackerLogin.user,
    queue: "NCR",
  });
  const misspelled = config.create.body.replace('"Severity":', '"Severitty":');
  await open({ create: { ...config.create, body: misspelled } });
  await plant.logDefect();
  await until(ports, stateOf("create", "parked"));
  expect((await plant.deliveries())[0]?.last_result).toBe("differs in the QMS: Severity");
  const [created] = await plant.attempts("create");
  expect(created?.response).toMatch(/^201/);
});

test("a comment and a photo are added once, whatever is lost, and looked for in the ticket's own history", async () => {
  await open();
  const { traveler, defect, key } = await plant.logDefect();
  await until(ports, stateOf("create", "tracking"));
  await plant.comment(traveler, defect, "2");
  await plant.attachPhoto(traveler, defect, bytes);
  await until(
    ports,
    async () => (await stateOf("update", "verified")()) && (await stateOf("attach", "verified")()),
  );
  await plant.query(
    "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where site_id = $1 and operation <> 'create'",
    [plant.site],
  );
  await until(
    ports,
    async () => (await stateOf("update", "verified")()) && (await stateOf("attach", "verified")()),
  );
  const [ticket] = await ticketsWith(key);
  const { items } = await ask<{ items: { Type: string }[] }>(
    `ticket/${ticket?.id}/history?fields=Type&per_page=100`,
  );
  expect(items.filter(({ Type }) => Type === "Comment")).toHaveLength(2);
  const attachments = await ask<{ items: { Filename: string; ContentLength: string }[] }>(
    `ticket/${ticket?.id}/attachments?fields=Filename,ContentLength&per_page=100`,
  );
  const photos = attachments.items.filter(({ Filename }) => Filename);
  expect(photos).toHaveLength(1);
  expect(Number(photos[0]?.ContentLength)).toBe(bytes.length);
});

test("what is decided there comes back by the poll: status, disposition, quantity, authority", async () => {
  await open();
  const { key } = await plant.logDefect();
  await until(ports, stateOf("create", "tracking"));
  const [ticket] = await ticketsWith(key);
  await nextSecond();
  const CustomFields = {
    Disposition: "use_as_is",
    DispositionQuantity: "1",
    DesignAuthority: "DA-77",
  };
  await ask(`ticket/${ticket?.id}`, { Status: "resolved", CustomFields }, "PUT");
  await polled(async () => (await records())[0]?.status === "closed");
  expect((await records())[0]?.dispositions).toEqual([
    { decision: "use_as_is", quantity: "1", designAuthority: "DA-77", concession: null },
  ]);
});

test("failure 46: merged into another, ours says so and shows the one that is left; what is added goes there, and its status is ours", async () => {
  await open();
  const one = await plant.logDefect();
  await until(ports, stateOf("create", "tracking"));
  const [merged] = await ticketsWith(one.key);
  const left = await ask<{ id: string }>("ticket", { Queue: "NCR", Subject: "the same, by hand" });
  await nextSecond();
  await ask(`ticket/${merged?.id}`, { MergeInto: Number(left.id) }, "PUT");

  await plant.comment(one.traveler, one.defect, "3");
  await until(ports, stateOf("update", "verified"));
  const { items } = await ask<{ items: { Data: string }[] }>(
    `ticket/${left.id}/history?fields=Data&per_page=100`,
  );
  expect(items.some(({ Data }) => Data?.startsWith(one.key))).toBe(true);
  expect(await records()).toMatchObject([{ merged_into: String(left.id) }]);
  expect(await records()).toMatchObject([
    { external_id: String(merged?.id), number: String(left.id), status: "open" },
  ]);
  await nextSecond();
  await ask(`ticket/${left.id}`, { Status: "resolved" }, "PUT");
  await polled(async () => (await records())[0]?.status === "closed");
});

test("failure 33: a wrong password pauses the connector, and nothing is dead", async () => {
  await open({}, "wrong-tracker-5");
  await plant.logDefect();
  await until(ports, async () => {
    const [row] = await plant.query<{ status: string }>(
      "select status from connectors where id = $1",
      [plant.connector],
    );
    return row?.status === "paused";
  });
  expect(await plant.deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);
});
