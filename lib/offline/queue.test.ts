import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { partBytesMax } from "#lib/blobs/parts.rules";
import { type Canonical, canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { CommandVerdict, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { keepBlob, kept, openMemory, readAnew, type TabletDb, unsentBlobs } from "./memory.ts";
import {
  type Act,
  acknowledge,
  type Clock,
  enqueue,
  refusedUnseen,
  replayed,
  settle,
  textsSaid,
  unanswered,
  waitingCommands,
} from "./queue.ts";
import { BATCH_MAX, backOffMs, type PostOutcome, round, type SenderPorts } from "./sender.ts";

const device = uuidv7();
const traveler = uuidv7();
const aState = {
  id: traveler,
  seq: 7,
  revision: { revision: "03", contentSha256: "a".repeat(64) },
} as unknown as TravelerState;
const clock: Clock = {
  nowMs: Date.parse("2026-03-02T07:00:00.000Z"),
  monotonicMs: 12.6,
  bootId: uuidv7(),
  lastServerContact: "2026-03-02T06:59:00.000Z",
  skew: 250,
};
const anAct = (id = uuidv7()): Act => ({
  command: { id, type: "startStep", body: { step: uuidv7() } },
  person: uuidv7(),
  auth: { grant: "said.mac" },
});
const done = { ok: true as const, events: [] };
const applied = (id: string): CommandVerdict => ({
  id,
  verdict: "applied",
  seq: 8,
  head: "b".repeat(64),
  events: [],
});

let db: TabletDb;
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openMemory();
});
const put = (act = anAct()) => enqueue(db, device, aState, act, done, clock);

describe("the queue", () => {
  test("counts this tablet's commands and binds each to the one before it", async () => {
    const first = await put();
    const second = await put();
    expect([first.deviceSeq, first.devicePrev]).toEqual([1, null]);
    expect(second.deviceSeq).toBe(2);
    expect(second.devicePrev).toBe(canonicalSha256(first as unknown as Canonical));
  });

  test("goes on counting after the commands were sent and the tablet was started again", async () => {
    const first = await put();
    await settle(db, applied(first.id));
    db.close();
    db = await openMemory();
    expect((await put()).deviceSeq).toBe(2);
    expect((await kept(db, "chain"))?.seq).toBe(2);
  });

  test("takes a double tap for one act", async () => {
    const act = anAct();
    const [once, twice] = await Promise.all([put(act), put(act)]);
    expect(twice).toEqual(once);
    expect(await waitingCommands(db)).toHaveLength(1);
  });

  test("gives two tabs that act at once two places and no gap", async () => {
    const other = await openMemory();
    const envelopes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        enqueue(index % 2 === 0 ? db : other, device, aState, anAct(), done, clock),
      ),
    );
    expect(envelopes.map(({ deviceSeq }) => deviceSeq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
    other.close();
  });

  test("keeps what the server refused until somebody has seen it, and as evidence after that", async () => {
    const { id } = await put();
    const refusal = { code: "on_hold", params: {} };
    await settle(db, { id, verdict: "recorded_not_applied", refusal });
    expect(await waitingCommands(db)).toHaveLength(0);
    expect((await refusedUnseen(db)).map((row) => row.commandId)).toEqual([id]);
    await acknowledge(db, id, "2026-03-02T07:01:00.000Z");
    expect(await refusedUnseen(db)).toHaveLength(0);
    expect(await db.get("decisions", id)).toMatchObject({ verdict: { refusal } });
  });

  test("shows the server's state with what is unanswered on top, and without it once refused", async () => {
    const evolve = (state: TravelerState | null, event: RecordedEvent) =>
      ({ ...state, seq: event.seq }) as TravelerState;
    const event = { type: "step.started", body: { step: uuidv7() } } as unknown as RecordedEvent;
    const local = { ok: true as const, events: [{ ...event, seq: 8 }] };
    const { id } = await enqueue(db, device, aState, anAct(), local, clock);
    const shown = async () =>
      replayed(
        evolve,
        aState,
        (await unanswered(db, traveler)).map((row) => row.local),
      ).seq;
    expect(await shown()).toBe(8);
    const refusal = { code: "on_hold", params: {} };
    await settle(db, { id, verdict: "recorded_not_applied", refusal });
    expect(await shown()).toBe(7);
  });
});

/** A server that applies each command once and answers with what it is told to. */
function aServer(answers: ((sent: Envelope[]) => CommandVerdict[] | "silence")[]) {
  const requests: string[][] = [];
  const bytes: string[] = [];
  const ports: SenderPorts = {
    db,
    nowMs: () => clock.nowMs,
    sendSeal: async () => null,
    post: async (commands): Promise<PostOutcome> => {
      const sent = commands as Envelope[];
      requests.push(sent.map(({ id }) => id));
      bytes.push(JSON.stringify(sent[0]));
      const verdicts = answers[requests.length - 1]?.(sent) ?? sent.map(({ id }) => applied(id));
      if (verdicts === "silence") return { kind: "silence" };
      const serverTime = "2026-03-02T07:00:01.000Z";
      return { kind: "answered", answer: { verdicts, people: {}, serverTime } };
    },
    putPart: async ({ total }) => ({ kind: "received", received: total }),
    renewSession: async () => false,
    onVerdict: async () => {},
    onConnection: () => {},
    onFitness: () => {},
    onChanged: () => {},
    bootId: uuidv7(),
  };
  return { ports, requests, bytes };
}

describe("the sender", () => {
  test("sends the very same command again after a lost reply", async () => {
    await put();
    const { ports, requests, bytes } = aServer([() => "silence"]);
    expect(await round(ports)).toEqual({ kind: "failed" });
    expect(await round(ports)).toEqual({ kind: "more" });
    expect(requests[1]).toEqual(requests[0]);
    expect(bytes[1]).toBe(bytes[0]);
    expect(await waitingCommands(db)).toHaveLength(0);
  });

  test("sends in order, no more than a batch at a time", async () => {
    const ids: string[] = [];
    for (let index = 0; index < BATCH_MAX + 3; index += 1) ids.push((await put()).id);
    const { ports, requests } = aServer([]);
    await round(ports);
    await round(ports);
    expect(requests.map(({ length }) => length)).toEqual([BATCH_MAX, 3]);
    expect(requests.flat()).toEqual(ids);
  });

  test("keeps what must wait in its place and drops what was answered", async () => {
    const [a, b] = [await put(), await put()];
    const { ports } = aServer([
      () => [applied(a.id), { id: b.id, verdict: "retry_later", afterMs: 900 }],
    ]);
    expect(await round(ports)).toEqual({ kind: "wait", ms: 900 });
    expect((await waitingCommands(db)).map(({ envelope }) => envelope.id)).toEqual([b.id]);
  });

  test("keeps what must wait also where somebody settles it", async () => {
    const { id } = await put();
    expect(await settle(db, { id, verdict: "retry_later", afterMs: 900 })).toBeNull();
    expect((await waitingCommands(db)).map(({ envelope }) => envelope.id)).toEqual([id]);
  });

  test("does not ask for ever when the server answers nothing of what was sent", async () => {
    await put();
    const { ports } = aServer([() => []]);
    expect(await round(ports)).toEqual({ kind: "failed" });
    expect(await waitingCommands(db)).toHaveLength(1);
  });

  test("sends photos after the commands that name them", async () => {
    await put();
    const blob = { sha256: "c".repeat(64), bytes: new ArrayBuffer(3), mediaType: "image/jpeg" };
    await db.put("blobs", { ...blob, traveler, sentAt: null });
    const order: string[] = [];
    const { ports } = aServer([]);
    const watched: SenderPorts = {
      ...ports,
      post: (commands) => {
        order.push("commands");
        return ports.post(commands);
      },
      putPart: async (part) => {
        order.push("photo");
        return ports.putPart(part);
      },
    };
    await round(watched);
    await round(watched);
    expect(await round(watched)).toEqual({ kind: "idle" });
    expect(order).toEqual(["commands", "photo"]);
  });

  test("a photo that is turned away doesn't stand in the way of the next one", async () => {
    const photo = (letter: string) => ({
      sha256: letter.repeat(64),
      bytes: new ArrayBuffer(3),
      mediaType: "image/jpeg",
      traveler,
      sentAt: null,
    });
    await db.put("blobs", photo("a"));
    await db.put("blobs", photo("b"));
    const { ports } = aServer([]);
    const picky: SenderPorts = {
      ...ports,
      putPart: async (part) =>
        part.sha256.startsWith("a") ? { kind: "refused" } : ports.putPart(part),
    };
    expect(await round(picky)).toEqual({ kind: "more" });
    expect(await round(picky)).toEqual({ kind: "more" });
    expect((await db.get("blobs", "b".repeat(64)))?.sentAt).not.toBeNull();
    expect(await round(picky)).toEqual({ kind: "failed" });
    expect((await db.get("blobs", "a".repeat(64)))?.refusals).toBe(2);
  });

  /** A server that keeps the parts it is sent, unless the network does something else. */
  function anUploadServer(network: (nth: number) => "fine" | "cut" | "deaf") {
    const whole = new Uint8Array(partBytesMax * 3 + 5).map((_, at) => at % 251);
    let here = new Uint8Array(0);
    const sent: (number | null)[] = [];
    const bytesSent = () => sentBytes;
    let sentBytes = 0;
    const putPart: SenderPorts["putPart"] = async ({ start, bytes, total }) => {
      sent.push(start);
      sentBytes += bytes.byteLength;
      const weather = network(sent.length);
      if (weather === "cut") return { kind: "silence" };
      if (start === here.length && bytes.byteLength > 0) {
        const joined = new Uint8Array(here.length + bytes.byteLength);
        joined.set(here);
        joined.set(new Uint8Array(bytes), here.length);
        here = joined;
      }
      if (weather === "deaf") return { kind: "silence" };
      return { kind: "received", received: Math.min(here.length, total) };
    };
    const lose = () => {
      here = new Uint8Array(0);
    };
    return { putPart, sent, bytesSent, whole, here: () => here, lose };
  }

  const keepPhoto = (bytes: ArrayBuffer) =>
    keepBlob(db, {
      ...{ sha256: "c".repeat(64), mediaType: "image/jpeg", traveler, sentAt: null },
      bytes,
    });
  const rounds = async (ports: SenderPorts, most = 20) => {
    const seen: string[] = [];
    while (seen.length < most && seen.at(-1) !== "idle") seen.push((await round(ports)).kind);
    return seen;
  };

  test("a photo goes in parts, and after a cut and a lost answer from where the server has it", async () => {
    const weather = ["fine", "fine", "cut", "fine", "deaf"] as const;
    const server = anUploadServer((nth) => weather[nth - 1] ?? "fine");
    await keepPhoto(server.whole.buffer);
    const { ports } = aServer([]);
    const seen = await rounds({ ...ports, putPart: server.putPart });
    expect(server.here()).toEqual(server.whole);
    expect((await db.get("blobs", "c".repeat(64)))?.sentAt).not.toBeNull();
    const part = partBytesMax;
    // Asked; one part; the second was cut: asked; sent, but the answer got lost: asked, and not sent again.
    expect(server.sent).toEqual([null, 0, part, null, part, null, part * 2, part * 3]);
    expect(server.bytesSent()).toBe(server.whole.length + part);
    expect(seen.filter((kind) => kind === "failed")).toHaveLength(2);
  });

  test("a browser that was started again asks, and sends the rest only", async () => {
    const server = anUploadServer(() => "fine");
    await keepPhoto(server.whole.buffer);
    const { ports } = aServer([]);
    const uploading = { ...ports, putPart: server.putPart };
    await rounds(uploading, 3);
    db.close();
    db = await openMemory();
    await rounds({ ...uploading, db });
    expect(server.bytesSent()).toBe(server.whole.length);
    expect(server.sent.filter((start) => start === null)).toHaveLength(2);
  });

  test("commands made while a photo is on its way go before its next part", async () => {
    const server = anUploadServer(() => "fine");
    await keepPhoto(server.whole.buffer);
    const { ports, requests } = aServer([]);
    const uploading = { ...ports, putPart: server.putPart };
    await rounds(uploading, 2);
    await put();
    await round(uploading);
    expect(requests).toHaveLength(1);
    expect(server.sent).toHaveLength(2);
  });

  test("what a server has thrown away begins anew, and one that takes nothing is not asked without end", async () => {
    const server = anUploadServer(() => "fine");
    await keepPhoto(server.whole.buffer);
    const { ports } = aServer([]);
    const uploading = { ...ports, putPart: server.putPart };
    await rounds(uploading, 3);
    server.lose();
    expect((await rounds(uploading)).filter((kind) => kind === "failed")).toHaveLength(1);
    expect(server.here()).toEqual(server.whole);
    await keepPhoto(server.whole.buffer);
    const stubborn = {
      ...ports,
      putPart: async () => ({ kind: "received", received: 0 }) as const,
    };
    expect(await rounds(stubborn, 3)).toEqual(["more", "failed", "failed"]);
  });

  test("learns the server's clock from each answer", async () => {
    await put();
    await round(aServer([]).ports);
    const clock = await kept(db, "clock");
    expect(clock?.lastServerContact).toBe("2026-03-02T07:00:01.000Z");
    // To within half of what the round trip took.
    const halfTripMs = clock?.sample?.halfTripMs ?? 0;
    expect(clock?.skew).toBeCloseTo(1000 + halfTripMs, 2);
    expect(halfTripMs).toBeLessThan(20_000);
  });

  test("backs off from one second to half a minute", () => {
    expect([1, 2, 3, 10].map((failures) => backOffMs(failures, 0.999))).toEqual([
      1000, 1999, 3998, 29985,
    ]);
    expect(backOffMs(1, 0)).toBe(500);
  });
});

test("whatever somebody wrote on a tablet can be read on it: also why it is entered late", () => {
  const said = textsSaid({
    text: "a note",
    reason: "typed wrong",
    comment: null,
    late: { claimedAt: "2026-03-02T06:00:00.000Z", reason: "the network was down" },
  });
  const texts = ["a note", "typed wrong", "the network was down"];
  expect(said).toEqual(Object.fromEntries(texts.map((text) => [sha256Hex(text), text])));
  expect(textsSaid({ value: "14", late: null })).toEqual({});
});

describe("what is asked for after each act", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const picture = (letter: string, sentAt: string | null) => ({
    sha256: letter.repeat(64),
    bytes: new ArrayBuffer(5),
    mediaType: "image/jpeg",
    traveler,
    sentAt,
  });
  const sent = "2026-03-02T07:00:00.000Z";
  const refused = (id: string): CommandVerdict => ({
    id,
    verdict: "recorded_not_applied",
    refusal: { code: "on_hold", params: {} } as never,
  });
  /** How many rows of a store were read, one by one or all at once. */
  function readsOf(store: string) {
    const reads = [
      vi.spyOn(IDBObjectStore.prototype, "get"),
      vi.spyOn(IDBIndex.prototype, "getAll"),
    ];
    const nameOf = (of: IDBObjectStore | IDBIndex) =>
      "objectStore" in of ? of.objectStore.name : of.name;
    return () =>
      reads
        .flatMap(({ mock }) => mock.contexts as (IDBObjectStore | IDBIndex)[])
        .map(nameOf)
        .filter((name) => name === store).length;
  }

  test("reads no picture a second time, however many acts follow", async () => {
    for (const letter of "abc") await db.put("blobs", picture(letter, sent));
    await db.put("blobs", picture("d", null));
    const reads = readsOf("blobs");
    expect(await unsentBlobs(db)).toMatchObject([{ sha256: "d".repeat(64), size: 5 }]);
    expect(reads()).toBe(4);
    await unsentBlobs(db);
    await db.put("blobs", picture("e", null));
    expect(await unsentBlobs(db)).toHaveLength(2);
    expect(reads()).toBe(5);
  });

  test("hears of what another tab has sent, and of what has left the tablet", async () => {
    await db.put("blobs", picture("a", sent));
    await db.put("blobs", picture("d", null));
    expect(await unsentBlobs(db)).toHaveLength(1);
    await db.put("blobs", picture("d", sent));
    readAnew(db);
    expect(await unsentBlobs(db)).toEqual([]);
    await db.delete("blobs", "a".repeat(64));
    expect(await unsentBlobs(db)).toEqual([]);
    await db.put("blobs", picture("a", null));
    expect(await unsentBlobs(db)).toHaveLength(1);
  });

  test("reads what was done long ago once, and again when one more is refused, seen, or answered in another tab", async () => {
    const reads = readsOf("decisions");
    const lines = async () => (await refusedUnseen(db)).map(({ commandId }) => commandId);
    const acts = [anAct(), anAct(), anAct()];
    for (const act of acts) await put(act);
    const [first = "", second = "", third = ""] = acts.map(({ command: { id } }) => id);
    expect(await lines()).toEqual([]);
    const before = reads();
    await settle(db, applied(first));
    await refusedUnseen(db);
    // The row that was settled, and no other.
    expect(reads() - before).toBe(1);
    await settle(db, refused(second));
    expect(await lines()).toEqual([second]);
    await acknowledge(db, second, sent);
    expect(await lines()).toEqual([]);
    const row = await db.get("decisions", third);
    if (row) await db.put("decisions", { ...row, verdict: refused(third) });
    readAnew(db);
    expect(await lines()).toEqual([third]);
  });
});
