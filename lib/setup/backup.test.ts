import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { storePhoto } from "#lib/blobs/commands";
import { blobPath, inFolder } from "#lib/blobs/store.gateway";
import { cloneDatabase } from "#lib/db/test-database";
import { aHold, aPlant, firstStep, released } from "#lib/db/test-record-plant";
import { backUp, type Source } from "./backup.ts";
import { type BackupContents, contentsFile, tableFile } from "./backup-format.ts";
import { withClient } from "./database.ts";
import { Problem } from "./problem.ts";
import { restore } from "./restore.ts";
import { asRole } from "./roles.ts";

const secret = process.env.BUYOFF_SECRET ?? "";
const from: Source = {
  adminUrl: process.env.BUYOFF_TEST_ADMIN_URL ?? "",
  blobs: inFolder(process.env.BUYOFF_BLOBS ?? ""),
  secret,
};
/** Somebody's words with whatever could end a line or a string early. */
const words = 'Bore "3" \\ naïve – 12,5 µm\u2028second, {third}, null, \\N';

let place = "";
let folder = "";
let photo = { site: "", sha256: "" };
let made: BackupContents;

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), "buyoff-backup-"));
  folder = path.join(place, "monday");
  const plant = await aPlant();
  // So many that a table is longer than what is unpacked at once.
  const serials = Array.from({ length: 40 }, (_, at) => `S-${at + 1}`);
  const [traveler = ""] = await released(plant, ...serials);
  const tablet = await plant.tablet();
  const hold = aHold();
  const held = { ...hold, body: { ...hold.body, comment: words } } as typeof hold;
  const acts = [...firstStep(plant), held];
  const verdicts = await tablet.send(
    ...acts.map((act) => tablet.envelope(plant.people.operator, traveler, act)),
  );
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(acts.map(() => "applied"));
  const background = { r: 9, g: 99, b: 199 };
  const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
    .jpeg()
    .toBuffer();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect((await storePhoto(tablet.actor, { sha256, mediaType: "image/jpeg", bytes })).ok).toBe(
    true,
  );
  photo = { site: plant.site, sha256 };
  made = await backUp(from, folder, new Date());
});
afterAll(() => rm(place, { recursive: true }));

let to: Source & { verifyUrl: string };
beforeEach(async () => {
  const { adminUrl, verifyUrl } = await cloneDatabase(inject("testServer"));
  const blobs = inFolder(path.join(place, randomBytes(4).toString("hex")));
  to = { adminUrl, verifyUrl, blobs, secret };
});

const record = (name: "verify" | "replay", ...args: string[]) =>
  spawnSync(
    process.execPath,
    ["--conditions=react-server", `lib/record/${name}-main.ts`, ...args],
    {
      env: { ...process.env, DATABASE_VERIFY_URL: to.verifyUrl, BUYOFF_DB_ROLE: "verify" },
      encoding: "utf8",
    },
  );

/** Every row of every table, in words. */
const everythingIn = (url: string) =>
  withClient(url, async (client) => {
    const tables: Record<string, string[]> = {};
    for (const { name } of made.tables) {
      const { rows } = await client.query<{ line: string }>(
        `select t::text as line from public.${pg.escapeIdentifier(name)} t order by 1`,
      );
      tables[name] = rows.map(({ line }) => line);
    }
    return tables;
  });

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).message;
};

it("comes back in a new database: every row, the chains, every decision, and the photo", async () => {
  await restore(folder, to);

  const restored = await everythingIn(to.adminUrl);
  expect(restored).toEqual(await everythingIn(from.adminUrl));
  expect(restored.entries?.length).toBeGreaterThan(4);
  expect(restored.text_blobs?.join("\n")).toContain("second, {third}");
  expect(record("verify").stdout).toMatch(/^The record holds: \d+ entries in \d+ streams\.\n$/);
  const replayed = record("replay", "--at-least", "5");
  expect(replayed.stdout).toContain("5 as they were, 0 otherwise.");
  expect(replayed.status).toBe(0);
  const bytes = await readFile(blobPath(to.blobs.name, photo));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(photo.sha256);
});

it("goes on counting where it was, and nobody can change what came back", async () => {
  await restore(folder, to);
  await withClient(to.adminUrl, async (client) => {
    const { rows } = await client.query(
      "select max(id)::int as last, nextval('routing_queue_id_seq')::int as next from routing_queue",
    );
    expect(rows[0].next).toBe(rows[0].last + 1);
    await expect(client.query("delete from entries")).rejects.toThrow();
  });
});

it("is not put on top of what is there", async () => {
  await restore(folder, to);
  expect(await refusalOf(restore(folder, to))).toMatch(/something in this database already/);
  expect(await refusalOf(backUp(from, folder, new Date()))).toMatch(/a folder of its own/);
});

it("is all or nothing: a damaged table, a photo that is not its hash, a missing end", async () => {
  const damaged = async (name: string, harm: (copy: string) => Promise<void>) => {
    const copy = path.join(place, name);
    await cp(folder, copy, { recursive: true });
    await harm(copy);
    const said = await refusalOf(restore(copy, to));
    expect((await everythingIn(to.adminUrl)).entries).toEqual([]);
    return said;
  };
  const table = (copy: string) => tableFile(copy, "receipts");
  expect(
    await damaged("cut", async (copy) =>
      writeFile(table(copy), (await readFile(table(copy))).subarray(0, -9)),
    ),
  ).toMatch(/receipts\.jsonl\.gz is damaged/);
  expect(
    await damaged("swapped", (copy) => writeFile(blobPath(path.join(copy, "blobs"), photo), "no")),
  ).toMatch(/is not what its hash says/);
  expect(await damaged("unfinished", (copy) => rm(path.join(copy, contentsFile)))).toMatch(
    /no complete backup/,
  );
});

it("asks for the master key it was made under, and for tables of its own version", async () => {
  const other = randomBytes(32).toString("base64url");
  expect(await refusalOf(restore(folder, { ...to, secret: other }))).toMatch(/BUYOFF_SECRET/);
  await withClient(to.adminUrl, (client) =>
    client.query("alter table photos add column caption text"),
  );
  expect(await refusalOf(restore(folder, to))).toMatch(/another version of Buyoff/);
});

it("is refused to a login that does not see every site's rows", async () => {
  const target = path.join(place, "by-the-owner");
  const owner = { ...from, adminUrl: asRole(from.adminUrl, "buyoff_owner") };
  expect(await refusalOf(backUp(owner, target, new Date()))).toMatch(/does not see every row/);
  const guest = { ...to, adminUrl: asRole(to.adminUrl, "buyoff_owner") };
  expect(await refusalOf(restore(folder, guest))).toMatch(/superuser/);
});

it("is not made where a photo of the record is gone", async () => {
  const blobs = path.join(place, "without");
  await cp(from.blobs.name, blobs, { recursive: true });
  await rm(blobPath(blobs, photo));
  const target = path.join(place, "gap");
  expect(await refusalOf(backUp({ ...from, blobs: inFolder(blobs) }, target, new Date()))).toMatch(
    /is in the record and not in/,
  );
});
