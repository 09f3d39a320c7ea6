import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync } from "node:fs";
import { createServer, request } from "node:http";
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import type { DropConfig } from "#lib/feed/connectors/drops/kinds.rules";
import type { S3Config, Secrets, SftpConfig } from "#lib/feed/connectors/publishers/schema";
import { dropsDue } from "#lib/feed/drops.worker";
import { aDropPlace, settled, verified } from "#lib/feed/testing/drops";
import { aPlant, type TestPlant } from "#lib/feed/testing/plant";
import { portsWith, quickPace } from "#lib/feed/testing/ports";
import { publisherBase } from "#lib/feed/testing/publisher";
import { freePort } from "#lib/setup/port";
import { aFolder } from "./programs.ts";
import { cutAfter } from "./proxy.ts";
import { bucketClient, type Sshd, startBuckets, startSshd } from "./servers.ts";

let plant: TestPlant;
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  plant = await aPlant("http://127.0.0.1:9");
});
afterEach(() => plant.stop());

type Place = Awaited<ReturnType<typeof aDropPlace>>;

/** A batch of a few hundred kilobytes: words that don't get smaller on their way. */
async function aBatch(config: DropConfig, secrets: Secrets) {
  const place = await aDropPlace(plant, config, secrets);
  for (let defect = 0; defect < 60; defect += 1) {
    const comment = await plant.say(randomBytes(3_000).toString("base64"));
    await plant.logDefect(undefined, { comment });
  }
  const id = await place.ask();
  await settled();
  return { place, id };
}

/** Worked on until it has come to an end, or to the fact that is waited for. */
async function turned(place: Place, id: string, fact?: () => boolean) {
  const never = new AbortController().signal;
  const endsAt = Date.now() + 180_000;
  for (;;) {
    await dropsDue(portsWith(), quickPace, never);
    const row = await place.row(id);
    if (fact?.() || row.state === "written" || row.state === "failed") return row;
    if (Date.now() > endsAt) throw new Error(`${row.state}: ${row.note}`);
  }
}

const sftpConfig = (folder: string, port = sshd.port): SftpConfig => ({
  ...publisherBase,
  kind: "sftp",
  host: "127.0.0.1",
  port,
  user: sshd.user,
  hostKeySha256: sshd.hostKeySha256,
  path: `${sshd.folder}/${folder}`,
});

test("failure 63: a batch over SFTP, cut in the middle of a file, is only ever seen as .partial; the next attempt has it whole, and one more finds it there", async () => {
  mkdirSync(path.join(sshd.folder, "cut"));
  const proxy = await cutAfter(sshd.port);
  const secrets = { privateKey: sshd.privateKey };
  const { place, id } = await aBatch(sftpConfig("cut", proxy.port), secrets);
  const base = path.join(sshd.folder, "cut/evidence");
  proxy.cutAfterBytes(150_000);
  const cut = await turned(place, id, () => proxy.cuts() > 0);
  expect(cut).toMatchObject({ state: "waiting", attempts: 1, folder: null });
  const [making = ""] = readdirSync(base);
  expect(making).toMatch(/\.partial$/);
  expect(readdirSync(path.join(base, making))).not.toContain("complete");

  const { folder, uri } = await turned(place, id);
  expect(readdirSync(base)).toEqual([folder]);
  expect(uri).toBe(`sftp://127.0.0.1:${proxy.port}${base}/${folder}`);
  const read = (name: string) => readFileSync(path.join(base, folder ?? "", name));
  expect((await verified(read)).content.counts).toMatchObject({ entries: 120, streams: 60 });
  expect(await turned(place, await place.again(id))).toMatchObject({ state: "written", folder });
  expect(readdirSync(base)).toEqual([folder]);
  await proxy.stop();
});

test("a disk behind SFTP that takes no more is said and tried again, and what was asked for is there when there is room", async () => {
  mkdirSync(path.join(sshd.folder, "first"));
  const secrets = { privateKey: sshd.privateKey };
  const { place, id } = await aBatch(sftpConfig("first"), secrets);
  const { folder } = await turned(place, id);
  const making = path.join(sshd.folder, "full/evidence", `${folder}.partial`);
  mkdirSync(making, { recursive: true });
  symlinkSync("/dev/full", path.join(making, "events.jsonl"));
  const full = await aDropPlace(plant, sftpConfig("full"), secrets);
  const again = await place.again(id, full.connector);
  const failed = await turned(full, again);
  expect(failed).toMatchObject({ state: "failed", folder: null });
  expect(failed.note).toMatch(/failure|space/i);
  unlinkSync(path.join(making, "events.jsonl"));
  await plant.query("update drops set state = 'waiting', attempts = 0 where id = $1", [again]);
  expect(await turned(full, again)).toMatchObject({ state: "written", folder });
});

test("a wrong key pauses the place, spends no attempt, and the batch goes on when it is put right", async () => {
  mkdirSync(path.join(sshd.folder, "shut"));
  const { place, id } = await aBatch(sftpConfig("shut"), { password: "wrong-sftp-3" });
  await turned(place, id, () => true);
  expect(await place.row(id)).toMatchObject({ state: "waiting", attempts: 0, trouble: "shut" });
  const [paused] = await plant.query<{ status: string; status_note: string }>(
    "select status, status_note from connectors where id = $1",
    [place.connector],
  );
  expect(paused).toMatchObject({ status: "paused" });
  const other = await aDropPlace(plant, sftpConfig("shut"), { privateKey: sshd.privateKey });
  await plant.query("update drops set connector_id = $2 where id = $1", [id, other.connector]);
  expect(await turned(place, id)).toMatchObject({ state: "written", attempts: 0 });
});

/** Passes everything on to a bucket, and loses the last bytes of what is put there as long as it is told to. */
async function losing(target: number) {
  let loses = true;
  const server = createServer((from, to) => {
    const chunks: Buffer[] = [];
    from.on("data", (chunk: Buffer) => chunks.push(chunk));
    from.on("end", () => {
      const whole = Buffer.concat(chunks);
      const isHit = loses && from.method === "PUT" && from.url?.includes("events.jsonl");
      const body = isHit ? whole.subarray(0, -10) : whole;
      const headers = { ...from.headers, "content-length": String(body.length) };
      const options = { port: target, path: from.url, method: from.method, headers };
      const far = request(options, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      });
      far.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    heal: () => {
      loses = false;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

test("a bucket that keeps less than it was given has no whole batch; the next attempt puts it right, what says that it is whole comes last", async () => {
  const kept = aFolder("s3");
  const port = await freePort(0);
  const bucket = "plant-evidence";
  const server = await startBuckets({ port, directory: kept.path }, [bucket]);
  const proxy = await losing(port);
  const config: S3Config = {
    ...publisherBase,
    kind: "s3",
    endpoint: `http://127.0.0.1:${proxy.port}`,
    region: "us-east-1",
    bucket,
    prefix: "buyoff",
    accessKeyId: "S3RVER",
    pathStyle: true,
    ca: null,
  };
  const client = bucketClient(port);
  const there = async () =>
    (await client.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? [];
  const { place, id } = await aBatch(config, { secretAccessKey: "S3RVER" });
  const failed = await turned(place, id);
  expect(failed).toMatchObject({ state: "failed", folder: null });
  expect((await there()).map(({ Key }) => Key?.split("/").at(-1))).not.toContain("complete");
  proxy.heal();
  await plant.query("update drops set state = 'waiting', attempts = 0 where id = $1", [id]);
  const { folder, uri } = await turned(place, id);
  expect(uri).toBe(`s3://${bucket}/buyoff/evidence/${folder}`);
  const read = async (name: string) => {
    const Key = `buyoff/evidence/${folder}/${name}`;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  expect((await verified(read)).content.counts).toMatchObject({ entries: 120 });
  const objects = (await there()).length;
  expect(await turned(place, await place.again(id))).toMatchObject({ state: "written", folder });
  expect((await there()).length).toBe(objects);
  client.destroy();
  await proxy.stop();
  await server.close();
  kept.remove();
});
