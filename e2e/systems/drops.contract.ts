import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { closeLinks, probe } from "#lib/feed/connectors/publishers/publish.gateway";
import type { S3Config, SftpConfig } from "#lib/feed/connectors/publishers/schema";
import { portsWith, unexpected, until } from "#lib/feed/testing/ports";
import {
  anEvent,
  aPublisherPlant,
  type PublisherPlant,
  publisherBase,
} from "#lib/feed/testing/publisher";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { freePort } from "#lib/setup/port";
import { aFolder } from "./programs.ts";
import { cutAfter } from "./proxy.ts";
import { bucketClient, type Sshd, startBuckets, startSshd } from "./servers.ts";

const ports = portsWith();
let sshd: Sshd;
let plant: PublisherPlant;

const allVerified = (count: number) => async () => {
  const rows = await plant.deliveries();
  return rows.length === count && rows.every(({ state }) => state === "verified");
};

const sftpConfig = (port = sshd.port): SftpConfig => ({
  ...publisherBase,
  kind: "sftp",
  host: "127.0.0.1",
  port,
  user: sshd.user,
  hostKeySha256: sshd.hostKeySha256,
  path: `${sshd.folder}/in`,
});
const sftpSecrets = () => ({ privateKey: sshd.privateKey });
const filesThere = (): string[] =>
  readdirSync(path.join(sshd.folder, "in"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
const whole = (name: string): string => {
  const day = readdirSync(path.join(sshd.folder, "in"))[0] ?? "";
  return readFileSync(path.join(sshd.folder, "in", day, name), "utf8");
};

beforeAll(async () => {
  sshd = await startSshd();
  mkdirSync(path.join(sshd.folder, "in"));
});
afterAll(() => sshd.stop());
afterEach(async () => {
  await closeLinks();
  await plant.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

test("an event is one file of one line over SFTP, its digest beside it, and nothing partial stays", async () => {
  plant = await aPublisherPlant(sftpConfig(), sftpSecrets());
  const event = anEvent();
  await plant.enqueue(event);
  await until(ports, allVerified(1));
  const file = `${event.partitionkey}.${event.sequence}.${event.id}.jsonl`;
  expect(filesThere()).toEqual([file, `${file}.sha256`]);
  const line = whole(file);
  expect(line).toBe(`${canonicalJson(event as unknown as Canonical)}\n`);
  expect(whole(`${file}.sha256`)).toBe(
    `${createHash("sha256").update(line).digest("hex")}  ${file}\n`,
  );
});

test("failure 63: cut in the middle of a file, only a .partial is seen; the next attempt has it whole, and one more changes nothing", async () => {
  const proxy = await cutAfter(sshd.port);
  plant = await aPublisherPlant(sftpConfig(proxy.port), sftpSecrets());
  // A first small one, so that the way is open and the cut falls into the large one.
  await plant.enqueue(anEvent());
  await until(ports, allVerified(1));
  const before = filesThere().length;
  proxy.cutAfterBytes(200_000);
  const event = anEvent(uuidv7(), 900_000);
  const id = await plant.enqueue(event);
  const file = `${event.partitionkey}.${event.sequence}.${event.id}.jsonl`;
  const seen = new Set<string>();
  await until(ports, async () => {
    for (const name of filesThere()) if (name.startsWith(file)) seen.add(name);
    return proxy.cuts() > 0;
  });
  expect(filesThere()).not.toContain(file);
  expect(filesThere()).toContain(`${file}.partial`);
  await until(ports, allVerified(2));
  expect(whole(file)).toBe(`${canonicalJson(event as unknown as Canonical)}\n`);
  expect(filesThere()).toHaveLength(before + 2);

  // As after an answer that was lost: it finds the file and leaves it as it is.
  await plant.query(
    "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where id = $1",
    [id],
  );
  await until(ports, allVerified(2));
  expect(filesThere()).toHaveLength(before + 2);
  expect((await plant.attempts()).at(-1)?.response).toMatch(/was there/);
  await proxy.stop();
});

test("a host with another key is not spoken to, and a key that it doesn't know pauses the connector", async () => {
  const other = "A".repeat(43);
  plant = await aPublisherPlant({ ...sftpConfig(), hostKeySha256: other }, sftpSecrets());
  await plant.enqueue(anEvent());
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect((await plant.status())?.status_note).toBe(
    "the host shows another key than the one configured",
  );
  const target = { id: uuidv7(), config: sftpConfig(), secrets: { password: "wrong-sftp-3" } };
  const tried = await probe(target);
  expect(tried).toMatchObject({ ok: false, reason: expect.stringMatching(/authentication/i) });
  expect(await probe({ ...target, secrets: sftpSecrets() })).toEqual({
    ok: true,
    answer: `${sshd.folder}/in is there`,
  });
});

test("a file of that name with another content is not overwritten: a person decides", async () => {
  plant = await aPublisherPlant(sftpConfig(), sftpSecrets());
  const event = anEvent();
  const folder = path.join(sshd.folder, "in", event.recordedtime.slice(0, 10));
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${event.partitionkey}.${event.sequence}.${event.id}.jsonl`);
  writeFileSync(file, "somebody else's\n");
  await plant.enqueue(event);
  await until(ports, async () => (await plant.deliveries())[0]?.state === "parked");
  expect((await plant.deliveries())[0]?.last_result).toMatch(/is there with another content/);
  expect(readFileSync(file, "utf8")).toBe("somebody else's\n");
});

test("an event is one object in a bucket, its digest after it; sent again it is found and stays one; a wrong key pauses", async () => {
  const folder = aFolder("s3");
  const port = await freePort(0);
  const bucket = "plant-evidence";
  const server = await startBuckets({ port, directory: folder.path }, [bucket]);
  const config: S3Config = {
    ...publisherBase,
    kind: "s3",
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket,
    prefix: "buyoff/events",
    accessKeyId: "S3RVER",
    pathStyle: true,
    ca: null,
  };
  plant = await aPublisherPlant(config, { secretAccessKey: "S3RVER" });
  const event = anEvent();
  const id = await plant.enqueue(event);
  await until(ports, allVerified(1));
  await plant.query(
    "update deliveries set state = 'sending', external_id = null, leased_until = clock_timestamp() where id = $1",
    [id],
  );
  await until(ports, allVerified(1));
  const client = bucketClient(port);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const name = `buyoff/events/${event.recordedtime.slice(0, 10)}/${event.partitionkey}.${event.sequence}.${event.id}.jsonl`;
  expect(Contents.map(({ Key }) => Key)).toEqual([name, `${name}.sha256`]);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
  expect(await Body?.transformToString()).toBe(`${canonicalJson(event as unknown as Canonical)}\n`);
  expect((await plant.attempts()).map(({ response }) => response?.split(" ")[0])).toEqual([
    "written",
    "was",
  ]);
  const target = { id: uuidv7(), config, secrets: { secretAccessKey: "S3RVER" } };
  expect(await probe(target)).toEqual({ ok: true, answer: "bucket plant-evidence is there" });
  expect(await probe({ ...target, config: { ...config, bucket: "not-there" } })).toMatchObject({
    ok: false,
  });
  await plant.query("update connectors set config = config || $2 where id = $1", [
    plant.connector,
    { accessKeyId: "NOBODY" },
  ]);
  await plant.enqueue(anEvent());
  await until(ports, async () => (await plant.status())?.status === "paused");
  expect((await plant.status())?.status_note).toMatch(/^403 /);
  client.destroy();
  await server.close();
  folder.remove();
});
