import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { inTransaction } from "#lib/db/client";
import { valueIn } from "#lib/db/test-plant";
import { uuidv7 } from "#lib/kit/ids";
import { applyCommand } from "#lib/travelers/commands";
import type { Command } from "#lib/travelers/schema";
import { POST } from "../../app/api/webhooks/[connector]/route.ts";
import { saveConnector } from "./connector.commands.ts";
import { connectorById } from "./connector.queries.ts";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { addLine, createCrosswalk } from "./crosswalks.commands.ts";
import { codesWaitedFor } from "./crosswalks.queries.ts";
import { fetchDisposition } from "./disposition.queries.ts";
import { attemptsOf, deliveriesOf, deliveryCounts } from "./queries.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, sandboxWebhookSecret, startSandbox } from "./testing/sandbox.ts";
import { aHeldTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
// Every wait is for a fact; a busy machine only takes longer to get there.
let hooks: Server;
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker | null = null;
let hooksUrl = "";
let hookAnswers: number[] = [];

beforeEach(async () => {
  hooks = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const answer = await receive(
      request.headers as Record<string, string>,
      Buffer.concat(chunks).toString(),
    );
    hookAnswers.push(answer);
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => hooks.listen(0, "127.0.0.1", resolve));
  hooksUrl = `http://127.0.0.1:${(hooks.address() as AddressInfo).port}/`;
  hookAnswers = [];
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await plant.stop();
  await sandbox.stop();
  await new Promise((resolve) => hooks.close(resolve));
});

const receive = async (
  headers: Record<string, string>,
  body: string,
  connector = plant.connector,
) =>
  (
    await POST(new Request("http://buyoff.test/api/webhooks", { method: "POST", headers, body }), {
      params: Promise.resolve({ connector }),
    })
  ).status;

const open = async (webhooks: boolean, config: Partial<RestConnectorConfig> = {}) => {
  sandbox = await startSandbox(webhooks ? hooksUrl : undefined);
  // Only one of the two ways back, so that a test knows which one it was.
  plant = await aPlant(sandbox.url, webhooks ? { changes: null, ...config } : config);
};

type DefectRow = { ncr_number: string | null; ncr_status: string | null; decisions: string[] };
const defectRow = async (defect: string) =>
  (
    await plant.query<DefectRow>(
      "select ncr_number, ncr_status, decisions from defects where id = $1",
      [defect],
    )
  )[0];

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });

describe("from the floor to the QMS and back", () => {
  test("what left with its pieces is reported once, and the QMS's word finds it where it is now", async () => {
    await open(true);
    const { traveler, defect, actor, tell } = await aHeldTraveler(plant, {
      lot: "L-7",
      quantity: "5",
    });
    const split = async (of: string, moved: string) => {
      const child = uuidv7();
      const body = { child, quantity: "2", reason: "To MRB", defects: [moved] };
      const command = { id: uuidv7(), type: "splitTraveler", body } as Command;
      expect(await applyCommand(actor, { traveler: of, command })).toMatchObject({
        verdict: "applied",
      });
      const [row] = await plant.query<{ id: string }>(
        "select id from defects where traveler_id = $1 and status = 'open'",
        [child],
      );
      return { child, defect: row?.id ?? "" };
    };
    // Before the QMS has heard of it.
    const first = await split(traveler, defect);
    worker = startWorker();
    await soon(async () =>
      expect(await defectRow(first.defect)).toMatchObject({ ncr_status: "open" }),
    );
    const [ncr] = await sandbox.ncrs();
    expect(await defectRow(defect)).toMatchObject({ ncr_number: null });
    const at = (command: Omit<Command, "id">) =>
      applyCommand(actor, {
        traveler: first.child,
        command: { id: uuidv7(), ...command } as Command,
      });
    const updated = { defect: first.defect, location: "flange" };
    expect(await at({ type: "updateDefect", body: updated } as never)).toMatchObject({
      verdict: "applied",
    });
    await sandbox.patch(ncr?.number ?? "", {
      status: "dispositioned",
      dispositions: [{ decision: "rework", quantity: "1" }],
    });
    await soon(async () =>
      expect(await defectRow(first.defect)).toMatchObject({ decisions: ["rework"] }),
    );
    expect(await fetchDisposition(actor, first.defect)).toMatchObject({
      defect: first.defect,
      record: { status: "dispositioned" },
    });
    expect(await deliveriesOf(actor, { defect: first.defect })).toHaveLength(2);
    await soon(async () =>
      expect((await sandbox.ncrs())[0]?.comments).toMatchObject([
        { text: expect.stringContaining("location: flange") },
      ]),
    );
    expect(await sandbox.count()).toMatchObject({ ncrs: 1 });
    expect(await tell({ type: "addNote", body: { step: null, text: "done" } })).toMatchObject({
      verdict: "applied",
    });
  });

  test("number, status and disposition come back by webhook, and only the disposition fetched at that moment releases the hold", async () => {
    await open(true);
    worker = startWorker();
    const { traveler, defect, tell, attachPhoto } = await aHeldTraveler(plant);
    await attachPhoto(defect);

    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    const [ncr] = await sandbox.ncrs();
    expect(await defectRow(defect)).toMatchObject({ ncr_number: ncr?.number });
    await soon(async () =>
      expect(await sandbox.count()).toMatchObject({ ncrs: 1, attachments: 1 }),
    );

    const [hold] = await plant.query<{ id: string }>("select id from holds where defect_id = $1", [
      defect,
    ]);
    const release = {
      type: "releaseHold",
      body: { hold: hold?.id ?? "", comment: "Dispositioned", byHand: null },
    } as const;
    expect(await tell(release)).toMatchObject({
      verdict: "recorded_not_applied",
      refusal: { code: "qms_not_dispositioned" },
    });

    await sandbox.patch(ncr?.number ?? "", { status: "contained" });
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({ ncr_status: "contained" }),
    );
    await sandbox.patch(ncr?.number ?? "", {
      status: "dispositioned",
      dispositions: [{ decision: "rework", quantity: "1" }],
    });
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({
        ncr_status: "dispositioned",
        decisions: ["rework"],
      }),
    );
    expect(hookAnswers.every((status) => status === 202)).toBe(true);
    expect(await tell(release)).toMatchObject({ verdict: "applied" });

    // The release is told to the QMS, and our own linking is not: an echo would never end.
    await soon(async () =>
      expect((await sandbox.ncrs())[0]?.comments).toMatchObject([
        { text: expect.stringContaining("Hold released. Comment: Dispositioned") },
      ]),
    );
    const told = await plant.query<{ type: string }>(
      "select type from entries where stream_id = $1 and type in ('qms_record.linked', 'disposition.received') order by seq",
      [traveler],
    );
    expect(told.filter(({ type }) => type === "disposition.received")).toHaveLength(1);
  });

  test("a decision in a word that nobody has mapped is named, releases nothing, and is told once it is mapped", async () => {
    await open(true);
    const config = qmsSandboxConfig(sandbox.url);
    const ours = '"decision": decision';
    const record = config.record.replace(ours, '"decision": $code("disposition", decision)');
    expect(record).not.toBe(config.record);
    await plant.query(
      "update connectors set config = jsonb_set(config, '{record}', $2) where id = $1",
      [plant.connector, JSON.stringify(record)],
    );
    worker = startWorker();
    const { defect, actor } = await aHeldTraveler(
      plant,
      { lot: "L-7", quantity: "5" },
      { quantity: "2" },
    );
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    const [ncr] = await sandbox.ncrs();
    await sandbox.patch(ncr?.number ?? "", {
      status: "dispositioned",
      dispositions: [
        { decision: "rework", quantity: "1" },
        { decision: "scrap", quantity: "1" },
      ],
    });
    // Its status is there; of what was decided not even the half that could be read.
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({ ncr_status: "dispositioned", decisions: [] }),
    );
    const noted = () =>
      plant.query("select applied_note as note from external_records where site_id = $1", [
        plant.site,
      ]);
    await soon(async () =>
      expect(await noted()).toEqual([
        { note: 'no disposition for "rework"; no disposition for "scrap"' },
      ]),
    );
    expect(await fetchDisposition(actor, defect)).toBeNull();
    expect(await codesWaitedFor(actor)).toMatchObject([
      { kind: "disposition", code: "rework", deliveries: 1 },
      { kind: "disposition", code: "scrap", deliveries: 1 },
    ]);

    const list = uuidv7();
    const why = { command: list, reason: "Agreed with the owners of the register" };
    const missing = { onMissing: "park", defaultCode: "" } as const;
    await createCrosswalk(actor, {
      ...{ ...why, ...missing, scope: "site", kind: "disposition", connector: "qms" },
    });
    const form = { label: "", factor: "", addend: "", places: "", validFrom: "", validTo: "" };
    const map = async (word: string) => {
      const line = { ...form, ...why, list, kind: "disposition" as const, command: uuidv7() };
      valueIn(await addLine(actor, { ...line, from: word, to: word }));
    };
    await map("rework");
    await soon(async () =>
      expect(await codesWaitedFor(actor)).toMatchObject([{ kind: "disposition", code: "scrap" }]),
    );
    await soon(async () => expect(await noted()).toEqual([{ note: 'no disposition for "scrap"' }]));
    expect(await defectRow(defect)).toMatchObject({ decisions: [] });
    await map("scrap");
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({ decisions: ["rework", "scrap"] }),
    );
    await soon(async () => expect(await noted()).toEqual([{ note: null }]));
    expect(await codesWaitedFor(actor)).toEqual([]);
    expect(await fetchDisposition(actor, defect)).toMatchObject({
      dispositions: [{ decision: "rework" }, { decision: "scrap" }],
    });
  });

  test("by poll alone", async () => {
    await open(false);
    await plant.query(
      "update connectors set config = jsonb_set(config, '{changes,everyMs}', '200') where id = $1",
      [plant.connector],
    );
    worker = startWorker();
    const { defect } = await aHeldTraveler(plant);
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    const [ncr] = await sandbox.ncrs();
    await sandbox.patch(ncr?.number ?? "", {
      dispositions: [
        { decision: "use_as_is", quantity: "1", design_authority: "DA-7", concession: "C-19" },
      ],
      status: "closed",
    });
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({
        ncr_status: "closed",
        decisions: ["use_as_is"],
      }),
    );
    await soon(async () => expect(await plant.deliveries()).toMatchObject([{ state: "closed" }]));
  });

  test("a later version that shows nothing new is taken in, and leaves no entry on the traveler", async () => {
    await open(false);
    const { traveler, defect } = await aHeldTraveler(plant);
    worker = startWorker();
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    const [ncr] = await sandbox.ncrs();
    await sandbox.patch(ncr?.number ?? "", { status: "open" });
    await soon(async () => {
      const known = await plant.query(
        "select version, applied_version from external_records where connector_id = $1",
        [plant.connector],
      );
      expect(known).toEqual([{ version: "2", applied_version: "2" }]);
    });
    const linked = await plant.query(
      "select from entries where stream_id = $1 and type = 'qms_record.linked'",
      [traveler],
    );
    expect(linked).toHaveLength(1);
  });

  test("what several records say of one unit is written to it together, and each is told", async () => {
    await open(false);
    const { traveler, defect, logDefect } = await aHeldTraveler(plant);
    const defects = [defect, await logDefect()];
    // Nothing is sent or polled: these are what was heard of both at once.
    await plant.query(
      "update connectors set paused_until = now() + interval '1 day' where id = $1",
      [plant.connector],
    );
    await plant.query(
      `insert into external_records (connector_id, external_id, site_id, traveler_id, defect_id, number, status,
         version, url, dispositions, raw, seen_at)
       select $1, 'X-' || nth, $2, $3, defect, 'NCR-' || nth, 'open', '1', 'https://qms.example/' || nth, '[]', '{}', now()
         from unnest($4::uuid[]) with ordinality of(defect, nth)`,
      [plant.connector, plant.site, traveler, defects],
    );
    worker = startWorker();
    for (const [at, id] of defects.entries()) {
      await soon(async () =>
        expect(await defectRow(id)).toMatchObject({ ncr_number: `NCR-${at + 1}` }),
      );
    }
    await soon(async () => {
      const told = await plant.query(
        "select applied_version, applied_note from external_records where connector_id = $1",
        [plant.connector],
      );
      expect(told).toEqual(defects.map(() => ({ applied_version: "1", applied_note: null })));
    });
    const [linked] = await plant.query(
      `select count(*)::int as entries, count(distinct txid::text)::int as writes
         from entries where stream_id = $1 and type = 'qms_record.linked'`,
      [traveler],
    );
    expect(linked).toEqual({ entries: 2, writes: 1 });
  });

  test("what the desk sees: deliveries, attempts and counts of its own site only", async () => {
    await open(true);
    worker = startWorker();
    const { traveler, defect, actor } = await aHeldTraveler(plant);
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    const [shown] = await deliveriesOf(actor, { defect });
    expect(shown).toMatchObject({
      operation: "create",
      state: "tracking",
      status: "open",
      number: (await sandbox.ncrs())[0]?.number,
      connector: { code: "qms", status: "active" },
    });
    expect(shown?.url).toContain("/ncrs/NCR-");
    expect(
      (await attemptsOf(actor, shown?.id ?? "")).map(({ act, classification }) => [
        act,
        classification,
      ]),
    ).toEqual([
      ["lookup", "done"],
      ["create", "done"],
      ["read_back", "done"],
    ]);
    expect(await deliveryCounts(actor)).toEqual({ tracking: 1 });
    const elsewhere = actorOfSeed(uuidv7());
    expect(await deliveriesOf(elsewhere, { traveler })).toEqual([]);
    expect(await attemptsOf(elsewhere, shown?.id ?? "")).toEqual([]);
    expect(await deliveryCounts(elsewhere)).toEqual({});
  });

  test("asked at this moment and not reached in time: no disposition", async () => {
    await open(true);
    worker = startWorker();
    const { defect, actor } = await aHeldTraveler(plant);
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    expect(await fetchDisposition(actor, defect)).toMatchObject({
      defect,
      record: { status: "open" },
      dispositions: [],
    });
    await sandbox.behave({ mode: "hang" });
    expect(await fetchDisposition(actor, defect)).toBeNull();
    expect(await fetchDisposition(actor, uuidv7())).toBeNull();
  });
});

describe("a worker that dies", () => {
  test("failure 3: between the QMS's commit and our save: the next one finds the record, and there is one", async () => {
    await open(true, { timeoutMs: 20_000 });
    await sandbox.behave({ mode: "commit-then-hang", scope: "create", remaining: 1 });
    worker = startWorker();
    const { defect } = await aHeldTraveler(plant);
    await soon(async () => expect((await sandbox.count()).ncrs).toBe(1));
    await worker.kill();
    expect(await plant.deliveries()).toMatchObject([{ state: "sending", external_id: null }]);
    expect(await plant.attempts("create")).toMatchObject([{ classification: null }]);

    worker = startWorker();
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    expect((await sandbox.count()).ncrs).toBe(1);
    expect(await plant.attempts("create")).toHaveLength(1);
  });

  test("again and again, wherever it is: every defect has one NCR", async () => {
    await open(true, { timeoutMs: 2_000 });
    await sandbox.behave({ mode: "slow", delay_ms: 40 });
    const keys: string[] = [];
    for (let count = 0; count < 12; count += 1) keys.push((await plant.logDefect()).key);
    for (const lifeMs of [700, 900, 1_100, 1_300]) {
      const doomed = startWorker(600);
      await wait(lifeMs);
      await doomed.kill();
    }
    worker = startWorker(600);
    await vi.waitFor(
      async () =>
        expect((await plant.deliveries()).map(({ state }) => state)).toEqual(
          keys.map(() => "tracking"),
        ),
      { timeout: 120_000, interval: 100 },
    );
    expect(await sandbox.count()).toMatchObject({
      ncrs: 12,
      by_external_key: Object.fromEntries(keys.map((key) => [key, 1])),
    });
  });

  test("asked to stop, it ends by itself with code 0", async () => {
    await open(true);
    worker = startWorker();
    const { defect } = await aHeldTraveler(plant);
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    expect(await worker.stop()).toBe(0);
    worker = null;
  });
});

describe("webhooks", () => {
  const body = JSON.stringify({
    type: "ncr.status_changed",
    data: { number: "NCR-2026-00001", version: 2, status: "closed" },
  });
  const signed = (id: string, at: Date, secret = sandboxWebhookSecret) => ({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  });
  const receipts = () =>
    plant.query("select id from webhook_receipts where connector_id = $1", [plant.connector]);

  test("forged, altered, stale, from the future, unsigned or for an unknown connector: refused and nothing kept", async () => {
    await open(true);
    const now = new Date();
    expect(
      await receive(signed("msg_1", now, "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk"), body),
    ).toBe(401);
    expect(await receive(signed("msg_1", now), body.replace("closed", "open"))).toBe(401);
    expect(await receive({ ...signed("msg_1", now), "webhook-id": "msg_2" }, body)).toBe(401);
    expect(await receive(signed("msg_1", new Date(now.getTime() - 6 * 60_000)), body)).toBe(401);
    expect(await receive(signed("msg_1", new Date(now.getTime() + 6 * 60_000)), body)).toBe(401);
    expect(await receive({}, body)).toBe(401);
    expect(await receive(signed("msg_1", now), body, uuidv7())).toBe(401);
    expect(await receive(signed("msg_1", now), body, "../connectors")).toBe(401);
    expect(await receive(signed("msg_1", now), "x".repeat(70_000))).toBe(413);
    expect(await receipts()).toEqual([]);
  });

  test("to the code of a connector: taken by the plant whose secret signed it, and by no other", async () => {
    await open(true);
    const other = await aPlant(sandbox.url);
    const config = qmsSandboxConfig(sandbox.url);
    const secretOf = (site: string) => `whsec_${Buffer.from(site).toString("base64")}`;
    const shared = { code: "qms-shared", name: "Shared", config, secret: "s" };
    const saved = (site: string) =>
      saveConnector(actorOfSeed(site), { ...shared, webhookSecret: secretOf(site) });
    const { id } = await saved(plant.site);
    await saved(other.site);

    const headers = signed("msg_code", new Date(), secretOf(plant.site));
    expect(await receive(headers, body, "qms-shared")).toBe(202);
    const kept = "select connector_id from webhook_receipts where id = 'msg_code'";
    expect(await plant.query(kept)).toEqual([{ connector_id: id }]);
    expect(await receive(signed("msg_3", new Date(), secretOf(id)), body, "qms-shared")).toBe(401);
    expect(await receive(headers, body, "nobody")).toBe(401);
    await other.stop();
  });

  test("a repeat is answered and does nothing", async () => {
    await open(true);
    const headers = signed("msg_1", new Date());
    expect(await receive(headers, body)).toBe(202);
    await plant.query(
      "update webhook_receipts set handled_at = now(), note = 'kept' where connector_id = $1",
      [plant.connector],
    );
    expect(await receive(headers, body)).toBe(202);
    expect(
      await plant.query(
        "select note from webhook_receipts where connector_id = $1 and handled_at is not null",
        [plant.connector],
      ),
    ).toEqual([{ note: "kept" }]);
    expect(await receipts()).toHaveLength(1);
  });

  test("failure 32: one that is older than what is known changes nothing: the record itself is asked", async () => {
    await open(true);
    worker = startWorker();
    const { defect } = await aHeldTraveler(plant);
    await soon(async () => expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" }));
    // It says closed; the record says open.
    expect(
      await receive(
        signed("msg_lie", new Date()),
        body.replace("2026", String(new Date().getUTCFullYear())),
      ),
    ).toBe(202);
    await soon(async () =>
      expect(await plant.query("select note from webhook_receipts where id = 'msg_lie'")).toEqual([
        { note: "kept" },
      ]),
    );
    expect(await defectRow(defect)).toMatchObject({ ncr_status: "open" });
  });

  test("failure 31: one that comes before our create is saved is kept, and applied after the record is adopted", async () => {
    await open(true, { settlingMs: 1_500 });
    await sandbox.behave({ mode: "commit-then-drop", scope: "create", remaining: 1 });
    worker = startWorker();
    const { defect } = await aHeldTraveler(plant);
    await soon(async () => expect((await sandbox.count()).ncrs).toBe(1));
    const [ncr] = await sandbox.ncrs();
    await sandbox.patch(ncr?.number ?? "", { status: "contained" });
    await soon(async () => expect(hookAnswers).toEqual([202]));
    expect(await plant.deliveries()).toMatchObject([{ external_id: null }]);
    await soon(async () =>
      expect(await defectRow(defect)).toMatchObject({ ncr_status: "contained" }),
    );
    await soon(async () =>
      expect(
        await plant.query(
          "select note from webhook_receipts where connector_id = $1 and handled_at is not null",
          [plant.connector],
        ),
      ).toEqual([{ note: "kept" }]),
    );
    expect((await sandbox.count()).ncrs).toBe(1);
  });
});

describe("a connector", () => {
  test("is saved with its secrets sealed to its own row, each change on record", async () => {
    await open(true);
    const actor = actorOfSeed(plant.site);
    const input = {
      code: "qms-2",
      name: "Second QMS",
      config: qmsSandboxConfig("https://qms.example"),
      secret: "very-secret",
      webhookSecret: sandboxWebhookSecret,
    };
    const { id } = await saveConnector(actor, input);
    expect((await saveConnector(actor, { ...input, name: "Renamed" })).id).toBe(id);

    const rows = await plant.query("select * from connectors where id = $1", [id]);
    expect(rows).toMatchObject([{ name: "Renamed", status: "active" }]);
    expect(JSON.stringify(rows)).not.toContain("very-secret");
    const ofSite = (connector: string) =>
      inTransaction((tx) => connectorById(tx, connector), plant.site);
    expect(await ofSite(id)).toMatchObject({ code: "qms-2", secret: "very-secret" });
    const told = await plant.query(
      "select type from entries where site_id = $1 and type like 'connector.%'",
      [plant.site],
    );
    expect(told).toEqual([{ type: "connector.saved" }, { type: "connector.saved" }]);

    // The sealed secret of one row is worth nothing in another.
    await plant.query(
      "update connectors set secret = (select secret from connectors where id = $2) where id = $1",
      [plant.connector, id],
    );
    await expect(ofSite(plant.connector)).rejects.toThrow("can't be opened");
  });
});
