import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { aDayThatLasts } from "#lib/db/test-day";
import { uuidv7 } from "#lib/kit/ids";
import { dateIn, instant } from "#lib/kit/time";
import { openFolderPlace } from "./connectors/drops/folder.gateway.ts";
import { type Piece, type Place, pieceOfFile } from "./connectors/drops/piece.gateway.ts";
import type { FolderConfig } from "./connectors/publishers/schema.ts";
import { laid } from "./drop-lay.worker.ts";
import { askDrop, planDrop, replanDrop, retryDrop } from "./drops.commands.ts";
import type { Drop } from "./drops.queries.ts";
import { drop, dropEnds, drops, manifestOf, messagesOf, plans } from "./drops-shown.queries.ts";
import { aDropPlace, sha256, today, verified } from "./testing/drops.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { publisherBase } from "./testing/publisher.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { aHeldTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
const { root } = vi.hoisted(() => {
  const root = `/tmp/buyoff-drops-test-${process.pid}`;
  process.env.BUYOFF_DROPS = root;
  return { root };
});

let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
const config: FolderConfig = { ...publisherBase, kind: "folder", path: "archive" };

beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  // What is asked for is of today.
  await aDayThatLasts("UTC");
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  rmSync(root, { recursive: true, force: true });
});

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });
const below = (...parts: string[]) => path.join(root, "archive", "evidence", ...parts);
const reader = (folder: string) => (name: string) => readFileSync(below(folder, name));
const entries = async (type: string) =>
  (
    await plant.query<{ line: string }>(
      "select line from entries where site_id = $1 and type = $2 order by recorded_at, seq",
      [plant.site, type],
    )
  ).map(({ line }) => JSON.parse(line).body as Record<string, unknown>);

type DropPlace = Awaited<ReturnType<typeof aDropPlace>>;

describe("a batch", () => {
  test("is everything of its range, and whoever has its folder alone can verify it against the record", async () => {
    const place = await aDropPlace(plant, config);
    const held = await aHeldTraveler(plant);
    const photo = await held.attachPhoto(held.defect);
    const id = await place.ask();
    const { folder, sha, uri } = await place.written(id);
    expect(readdirSync(below())).toEqual([folder]);
    const manifest = await verified(reader(folder));
    const { counts, files, missing } = manifest.content;
    const [{ count } = { count: 0 }] = await plant.query<{ count: number }>(
      `select count(*)::int as count from entries e join streams s on s.id = e.stream_id
        where e.site_id = $1 and s.kind in ('traveler', 'gage', 'order', 'lot', 'instruction', 'site')
          and e.recorded_at < (select to_at from drops where id = $2)`,
      [plant.site, id],
    );
    expect(counts).toMatchObject({ entries: count, attachments: 1, missing: 0, unreadable: 0 });
    expect(missing).toEqual([]);
    expect(files.map(({ name }) => name)).toEqual([
      "entries.jsonl",
      "events.jsonl",
      "readings.csv",
      "streams.jsonl",
      `attachments/${photo.sha256}.png`,
    ]);
    const events = String(reader(folder)("events.jsonl")).split("\n").filter(Boolean);
    expect(events.map((line) => JSON.parse(line).type)).toContain("dev.buyoff.defect.logged.v1");
    // People are asked for, their credentials never.
    expect(events.join()).toContain("Ingrid Maurer");
    expect(uri).toBe(`file://${below(folder)}`);

    const about = { drop: id, uri, manifest: sha };
    expect(await entries("drop.asked")).toMatchObject([{ drop: id, discloses: "everything" }]);
    expect(await entries("drop.written")).toMatchObject([{ ...about, askedBy: place.actor.id }]);
    expect((await manifestOf(place.actor, id))?.content).toEqual(manifest.content);
    expect(await drops(place.actor, 0)).toMatchObject([{ id, state: "written", told: null }]);
  });

  test("of an order is of that order alone, and says nothing of people where it may not", async () => {
    const place = await aDropPlace(plant, config);
    await aHeldTraveler(plant, { serials: ["FSB-1"] }, {}, "WO-000001");
    await aHeldTraveler(plant, { serials: ["FSB-2"] }, {}, "WO-000002");
    const id = await place.ask({ order: "WO-000002", discloses: "nothing" });
    const { folder } = await place.written(id);
    const { content } = await verified(reader(folder));
    expect(content.counts.streams).toBe(1);
    expect(content.scope).toEqual({ order: "WO-000002", part: null });
    const events = String(reader(folder)("events.jsonl"));
    expect(events).toContain("FSB-2");
    for (const never of ["FSB-1", "Ingrid Maurer", "Bolt 3 went over."])
      expect(events).not.toContain(never);
    const none = await place.written(await place.ask({ part: "no-such-part" }));
    expect((await verified(reader(none.folder))).content.counts.entries).toBe(0);
  });

  test("is the same to the byte when it is asked for again: no second folder, nothing written anew", async () => {
    const place = await aDropPlace(plant, config);
    await aHeldTraveler(plant);
    const first = await place.written(await place.ask());
    const before = sha256(reader(first.folder)("manifest.json"));
    // Whatever else is recorded meanwhile is of a later moment.
    await aHeldTraveler(plant, { serials: ["FSB-9"] }, {}, "WO-000009");
    const second = await place.written(await place.again(first.id));
    expect(second).toMatchObject({ folder: first.folder, manifest_sha256: before, uri: first.uri });
    expect(readdirSync(below())).toEqual([first.folder]);
    // Elsewhere the same bytes come out, made anew from the record.
    const other = await aDropPlace(plant, { ...config, path: "archive/second" });
    const third = await other.written(await place.again(first.id, other.connector));
    expect(third.folder).toBe(first.folder);
    const elsewhere = (name: string) =>
      readFileSync(path.join(root, "archive/second/evidence", third.folder, name));
    for (const { name } of (await verified(elsewhere)).content.files)
      expect(sha256(elsewhere(name))).toBe(sha256(reader(first.folder)(name)));
  });

  test("failure 64: after a correction the next batch has another hash and names the one before, which stays and can be verified", async () => {
    const place = await aDropPlace(plant, config);
    const held = await aHeldTraveler(plant);
    const first = await place.written(await place.ask({ order: "WO-700118" }));
    await held.tell({
      type: "updateDefect",
      body: { defect: held.defect, location: "flange" },
    } as never);
    const second = await place.written(await place.ask({ order: "WO-700118" }));
    expect(second.folder).not.toBe(first.folder);
    expect(second.supersedes).toBe(first.id);
    const named = { folder: first.folder, manifestSha256: first.sha };
    expect((await verified(reader(second.folder))).supersedes).toEqual(named);
    expect((await verified(reader(first.folder))).supersedes).toBeNull();
    expect(await drop(place.actor, second.id)).toMatchObject({
      supersedes: { id: first.id, folder: first.folder },
    });
  });
});

describe("what goes wrong", () => {
  test("failure 63: killed in the middle, nothing of its name is seen; another worker goes on, and what was right stays as it lay", async () => {
    const place = await aDropPlace(plant, config);
    const held = await aHeldTraveler(plant);
    const photos = new Set<string>();
    while (photos.size < 40) photos.add((await held.attachPhoto(held.defect)).sha256);
    const id = await place.ask();
    const lying = () => (existsSync(below()) ? readdirSync(below(), { recursive: true }) : []);
    await vi.waitFor(
      () => {
        if (lying().length < 8) throw new Error("not yet");
      },
      { timeout: 120_000, interval: 1 },
    );
    await worker.kill();
    const [making = ""] = readdirSync(below());
    expect(making).toMatch(/\.partial$/);
    expect(existsSync(below(making, "complete"))).toBe(false);
    // What it was just writing may be half.
    const half = below(making, "entries.jsonl");
    writeFileSync(half, readFileSync(half).subarray(0, 100));
    const attachment = readdirSync(below(making, "attachments"))[0] ?? "";
    const lain = statSync(below(making, "attachments", attachment)).mtimeMs;
    worker = startWorker();
    const { folder, fence } = await place.written(id);
    expect(fence).toBe(2);
    expect(readdirSync(below())).toEqual([folder]);
    expect((await verified(reader(folder))).content.counts.attachments).toBe(40);
    expect(statSync(below(folder, "attachments", attachment)).mtimeMs).toBe(lain);
    expect(await entries("drop.written")).toHaveLength(1);
  });

  test("a full destination is said, tried again, and what was asked for is there as soon as there is room", async () => {
    const place = await aDropPlace(plant, config);
    await aHeldTraveler(plant);
    const first = await place.written(await place.ask());
    const full = await aDropPlace(plant, { ...config, path: "full" });
    const making = path.join(root, "full/evidence", `${first.folder}.partial`);
    mkdirSync(making, { recursive: true });
    symlinkSync("/dev/full", path.join(making, "events.jsonl"));
    const id = await place.again(first.id, full.connector);
    const failed = await full.ended(id);
    const { attemptsMax } = publisherBase.retry;
    expect(failed).toMatchObject({ state: "failed", trouble: "full", attempts: attemptsMax });
    expect(failed.note).toMatch(/ENOSPC/);
    expect(await entries("drop.failed")).toMatchObject([{ drop: id, trouble: "full" }]);
    expect(existsSync(path.join(root, "full/evidence", first.folder))).toBe(false);
    unlinkSync(path.join(making, "events.jsonl"));
    const reason = "The volume has been enlarged.";
    expect(await retryDrop(full.actor, { command: uuidv7(), drop: id, reason })).toMatchObject({
      ok: true,
    });
    const again = await full.written(id);
    expect(again).toMatchObject({ folder: first.folder, manifest_sha256: first.sha });
    expect(await entries("drop.retried")).toHaveLength(1);
    expect(await retryDrop(full.actor, { command: uuidv7(), drop: id, reason })).toMatchObject({
      ok: false,
      error: { code: "drop_not_failed" },
    });
  });

  test("what reads back differently is never called whole, and its next attempt puts it right", async () => {
    const place = await aDropPlace(plant, config);
    await aHeldTraveler(plant);
    const id = await place.ask();
    const { folder } = await place.written(id);
    const { content } = (await manifestOf(place.actor, id)) ?? {};
    if (!content) throw new Error("no manifest");
    const pieces = content.files.map((file) => pieceOfFile(file, below(folder, file.name)));
    const real = await openFolderPlace({ ...config, path: "elsewhere" });
    // As a line or a volume does that loses the end of a file.
    const cutting = (piece: Piece): Piece => {
      const bytes = readFileSync(below(folder, piece.name)).subarray(0, -1);
      return piece.name === "events.jsonl" ? { ...piece, open: () => [bytes] } : piece;
    };
    const short: Place = { ...real, write: (to, piece) => real.write(to, cutting(piece)) };
    const of = { id: uuidv7(), site: plant.site, connector: place.connector } as Drop;
    const there = path.join(root, "elsewhere/evidence");
    await expect(laid(of, { content, pieces }, short, () => undefined)).rejects.toThrow(
      /^events\.jsonl has \d+ bytes .*; read back: \d+ bytes/,
    );
    expect(readdirSync(there)).toEqual([`${folder}.partial`]);
    expect(existsSync(path.join(there, `${folder}.partial`, "complete"))).toBe(false);
    await laid(of, { content, pieces }, real, () => undefined);
    expect(readdirSync(there)).toEqual([folder]);
    await verified((name) => readFileSync(path.join(there, folder, name)));
  });

  test("a folder of its name with another content is not touched: a person decides", async () => {
    const place = await aDropPlace(plant, config);
    await aHeldTraveler(plant);
    const first = await place.written(await place.ask());
    writeFileSync(below(first.folder, "manifest.json"), "{}\n");
    const failed = await place.ended(await place.again(first.id));
    expect(failed).toMatchObject({ state: "failed", trouble: "rejected", attempts: 1 });
    expect(String(reader(first.folder)("manifest.json"))).toBe("{}\n");
  });
});

describe("the QMS", () => {
  const told = async (place: DropPlace) => {
    const held = await aHeldTraveler(plant);
    await soon(async () => {
      const rows = await plant.deliveries();
      expect(rows.map(({ state }) => state)).toEqual(["tracking"]);
    });
    return { held, id: await place.ask({ told: plant.connector }) };
  };

  test("is told of the batch in each record that is of it: address, digest and range, read back, and once", async () => {
    const place = await aDropPlace(plant, config);
    const { id } = await told(place);
    await soon(async () => expect((await place.row(id)).state).toBe("told"));
    const { uri, manifest_sha256: sha } = await place.row(id);
    const [ncr] = await sandbox.ncrs();
    const comments = JSON.stringify(ncr);
    expect(comments).toContain(`${uri} SHA-256 of its manifest.json: ${sha}`);
    expect(await messagesOf(place.actor, id)).toMatchObject([
      { number: ncr?.number, state: "verified" },
    ]);
    expect(await entries("drop.told")).toMatchObject([
      { drop: id, manifest: sha, records: [ncr?.number], unsent: 0 },
    ]);
    const acts = (await plant.attempts()).map(({ act }) => act);
    expect(acts.slice(-2)).toEqual(["update", "read_back"]);

    const second = await place.again(id);
    await soon(async () => expect((await place.row(second)).state).toBe("told"));
    expect((await plant.attempts("update")).length).toBe(1);
    expect((await plant.deliveries()).length).toBe(2);
  });

  test("that keeps something else than it was told is not believed: the message is parked and the batch not said to be told", async () => {
    const place = await aDropPlace(plant, config);
    // As one that cuts long texts without a word.
    await plant.query(
      `update connectors set config = jsonb_set(config, '{update,body}',
         to_jsonb('{ "external_key": $key, "author": by, "text": $substring(text, 0, 60) }'::text)) where id = $1`,
      [plant.connector],
    );
    const { id } = await told(place);
    const message = await soon(async () => {
      const [found] = await messagesOf(place.actor, id);
      expect(found?.state).toBe("parked");
      return found;
    });
    expect(message?.lastResult).toMatch(/^differs in the QMS: .*sha256/);
    expect((await place.row(id)).state).toBe("written");
    expect(await entries("drop.told")).toEqual([]);
  });
});

describe("a plan", () => {
  const dayMs = 24 * 60 * 60_000;
  const ago = (days: number) => dateIn("UTC", instant(Date.now() - days * dayMs));
  const form = (place: DropPlace) => ({
    command: uuidv7(),
    connector: place.connector,
    told: "nobody" as const,
    part: "",
    discloses: "words" as const,
    from: ago(3),
    hour: "00",
    reason: "Evidence goes to the archive every night.",
  });

  test("asks for one batch from where the last one ended to the last midnight, once, and not while it is off", async () => {
    const place = await aDropPlace(plant, config);
    const asked = form(place);
    expect(await planDrop(place.actor, asked)).toMatchObject({ ok: true });
    const [only] = await soon(async () => {
      const rows = await drops(place.actor, 0);
      expect(rows).toMatchObject([{ state: "written", askedBy: null }]);
      return rows;
    });
    expect(only?.from.toISOString()).toBe(`${ago(3)}T00:00:00.000Z`);
    expect(only?.to.toISOString()).toBe(`${today()}T00:00:00.000Z`);
    expect(await entries("drop.asked")).toMatchObject([{ plan: asked.command }]);
    const off = { command: uuidv7(), plan: asked.command, hour: "never", reason: "Moved." };
    expect(await replanDrop(place.actor, off)).toMatchObject({ ok: true });
    expect(await replanDrop(place.actor, off)).toMatchObject({
      ok: false,
      error: { code: "nothing_changed" },
    });
    // A day goes by while it is off; on again, that day is in the next one.
    await plant.query("update drop_plans set covered_until = covered_until - interval '1 day'");
    expect(await drops(place.actor, 0)).toHaveLength(1);
    await plant.query("update drops set to_at = to_at - interval '1 day' where plan_id = $1", [
      asked.command,
    ]);
    await replanDrop(place.actor, { ...off, command: uuidv7(), hour: "00" });
    await soon(async () => expect(await drops(place.actor, 0)).toHaveLength(2));
    expect((await plans(place.actor))[0]).toMatchObject({ hour: 0 });
    expect(await entries("drop.planned")).toHaveLength(3);
  });
});

test("a batch goes only where files can be laid, and only whose records can be told is told", async () => {
  const place = await aDropPlace(plant, config);
  const form = {
    command: uuidv7(),
    connector: plant.connector,
    told: "nobody" as const,
    part: "",
    order: "",
    from: today(),
    to: today(),
    discloses: "words" as const,
  };
  for (const wrong of [form, { ...form, connector: place.connector, told: place.connector }])
    expect(await askDrop(place.actor, wrong)).toMatchObject({
      ok: false,
      error: { code: "connector_unknown" },
    });
  expect(await dropEnds(place.actor)).toEqual({
    places: [{ id: place.connector, name: "Archive" }],
    systems: [{ id: plant.connector, name: "QMS" }],
  });
  const later = dateIn("UTC", instant(Date.now() + 3 * 24 * 60 * 60_000));
  const tomorrow = { ...form, connector: place.connector, from: later, to: later };
  expect(await askDrop(place.actor, tomorrow)).toMatchObject({
    ok: false,
    error: { code: "drop_range_empty" },
  });
});
