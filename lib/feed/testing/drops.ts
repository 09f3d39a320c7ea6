import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { actorOfSeed } from "#lib/boundary/actor";
import { entryHash } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import { dateIn, instant } from "#lib/kit/time";
import type { DropConfig } from "../connectors/drops/kinds.rules.ts";
import type { Secrets } from "../connectors/publishers/schema.ts";
import { askDrop } from "../drops.commands.ts";
import { type DropForm, type DropManifest, dropManifest } from "../drops.schema.ts";
import type { TestPlant } from "./plant.ts";

export const today = (): string => dateIn("UTC", instant(Date.now()));

type Row = {
  id: string;
  state: string;
  trouble: string | null;
  note: string | null;
  attempts: number;
  fence: number;
  files_written: number;
  folder: string | null;
  uri: string | null;
  manifest: string | null;
  manifest_sha256: string | null;
  supersedes: string | null;
};

/** A place for batches at a plant, and a hand that asks for them. */
export async function aDropPlace(plant: TestPlant, config: DropConfig, secrets: Secrets = {}) {
  const connector = uuidv7();
  await plant.query(
    "insert into connectors (id, site_id, code, name, config, secret) values ($1, $2, $3, 'Archive', $4, $5)",
    [
      connector,
      plant.site,
      `archive-${connector.slice(-6)}`,
      config,
      sealText("connector-credential", JSON.stringify(secrets), connector),
    ],
  );
  const actor = { ...actorOfSeed(plant.site), id: uuidv7() };
  const row = async (id: string): Promise<Row> => {
    const [found] = await plant.query<Row>("select * from drops where id = $1", [id]);
    if (!found) throw new Error(`no batch ${id}`);
    return found;
  };
  const ended = async (id: string): Promise<Row> => {
    const endsAt = Date.now() + 60_000;
    for (;;) {
      const found = await row(id);
      if (found.state !== "waiting" && found.state !== "writing") return found;
      if (Date.now() > endsAt) throw new Error(`${found.state}: ${found.note}`);
      await wait(50);
    }
  };
  return {
    connector,
    actor,
    row,
    ended,
    written: async (id: string) => {
      const found = await ended(id);
      if (found.state === "failed") throw new Error(`${found.trouble}: ${found.note}`);
      return { ...found, folder: found.folder ?? "", sha: found.manifest_sha256 ?? "" };
    },
    /** All of today so far, unless the test asks for something else. */
    ask: async (change: Partial<DropForm> = {}): Promise<string> => {
      const asked = await askDrop(actor, {
        command: uuidv7(),
        connector,
        told: "nobody",
        part: "",
        order: "",
        from: today(),
        to: today(),
        discloses: "everything",
        ...change,
      });
      if (!asked.ok) throw new Error(asked.error.code);
      return asked.value.id;
    },
    /** The same range and scope as another batch, as if it were asked for a second time. */
    again: async (id: string, at = connector): Promise<string> => {
      const copy = uuidv7();
      await plant.query(
        `insert into drops (id, site_id, connector_id, told_id, from_at, to_at, work_order, part_number, discloses,
           asked_by, asked_at, state, next_at)
         select $1, site_id, $3, told_id, from_at, to_at, work_order, part_number, discloses, asked_by,
           clock_timestamp(), 'waiting', clock_timestamp() from drops where id = $2`,
        [copy, id, at],
      );
      return copy;
    },
  };
}

/** Until a batch of today that was asked for is taken up: what was on its way to the record then is in it. */
export const settled = (): Promise<void> => wait(2_100);

export const sha256 = (bytes: string | Buffer): string =>
  createHash("sha256").update(bytes).digest("hex");

type Line = { stream: string; seq: number; prev: string | null };

/**
 * As a receiver would who has the folder and nothing else: each file against the manifest, the manifest against
 * what says that the batch is whole, and the entries against their own chains.
 */
export async function verified(
  read: (name: string) => Promise<Buffer> | Buffer,
): Promise<DropManifest> {
  const text = String(await read("manifest.json"));
  if (String(await read("complete")) !== `${sha256(text)}  manifest.json\n`)
    throw new Error("complete names another manifest");
  const manifest = dropManifest.parse(JSON.parse(text));
  for (const { name, bytes, sha256: hash } of manifest.content.files) {
    const file = await read(name);
    if (file.length !== bytes || sha256(file) !== hash) throw new Error(`${name} differs`);
  }
  const heads = new Map<string, string>();
  const lines = String(await read("entries.jsonl"))
    .split("\n")
    .filter(Boolean);
  for (const line of lines) {
    const { stream, prev } = JSON.parse(line) as Line;
    if (heads.has(stream) && heads.get(stream) !== prev) throw new Error(`${stream} is broken`);
    heads.set(stream, entryHash(line));
  }
  for (const line of String(await read("streams.jsonl"))
    .split("\n")
    .filter(Boolean)) {
    const { stream, head } = JSON.parse(line) as { stream: string; head: string };
    if (heads.get(stream) !== head) throw new Error(`${stream} ends elsewhere`);
  }
  return manifest;
}
