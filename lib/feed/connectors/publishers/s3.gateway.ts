import "server-only";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import {
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { sha256Hex } from "#lib/kit/canonical";
import { addressOf, type Link, PublishTrouble, type Taken, wordsOf } from "./link.gateway.ts";
import { dropName, type Message } from "./message.rules.ts";
import type { S3Config, Secrets } from "./schema.ts";

/** A client that speaks to the address that was looked at and to no other. */
export async function s3Client(config: S3Config, secrets: Secrets): Promise<S3Client> {
  const address = await addressOf(new URL(config.endpoint).hostname, config.allow);
  // Whatever the client makes of the host's name, it goes to the address that was looked at.
  const lookup: LookupFunction = (_name, options, done) => {
    const family = isIP(address);
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  return new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    forcePathStyle: config.pathStyle,
    credentials: {
      accessKeyId: config.accessKeyId,
      secretAccessKey: secrets.secretAccessKey ?? "",
    },
    // Our own back-off decides when it is tried again, and our own digest stands beside the object.
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      requestTimeout: config.timeoutMs,
      connectionTimeout: config.timeoutMs,
      httpAgent: new HttpAgent({ lookup }),
      httpsAgent: new HttpsAgent({ lookup, ...(config.ca === null ? {} : { ca: config.ca }) }),
    },
  });
}

/** One event, one object: whole or not there by the protocol itself. Its `.sha256` comes last, as in a folder. */
export async function openS3(config: S3Config, secrets: Secrets): Promise<Link> {
  const client = await s3Client(config, secrets);
  return {
    bytesMax: null,
    publish: (message) => asked(dropped(client, config, message)),
    probe: async () => {
      await asked(client.send(new HeadBucketCommand({ Bucket: config.bucket })));
      return `bucket ${config.bucket} is there`;
    },
    close: async () => client.destroy(),
  };
}

async function dropped(client: S3Client, config: S3Config, message: Message): Promise<Taken> {
  const { folder, file } = dropName(message);
  const line = `${message.body}\n`;
  const sha256 = sha256Hex(line);
  const place = `${config.prefix}/${folder}/${file}`;
  const object = { Bucket: config.bucket, Key: place };
  const known = await client.send(new HeadObjectCommand(object)).then(
    ({ Metadata }) => Metadata?.sha256 ?? "",
    (problem: unknown) => {
      if (statusOf(problem) === 404) return null;
      throw problem;
    },
  );
  if (known !== null && known !== sha256)
    throw new PublishTrouble("rejected", `${place} is there with another content`);
  if (known === null) {
    await client.send(
      new PutObjectCommand({
        ...object,
        Body: line,
        ContentType: "application/jsonl",
        Metadata: { sha256 },
      }),
    );
  }
  await client.send(
    new PutObjectCommand({
      ...object,
      Key: `${place}.sha256`,
      Body: `${sha256}  ${file}\n`,
      ContentType: "text/plain",
    }),
  );
  return { answer: known === null ? `written ${place}` : `was there: ${place}`, place };
}

export const statusOf = (problem: unknown): number | null =>
  problem instanceof S3ServiceException ? (problem.$metadata.httpStatusCode ?? null) : null;

/** What the bucket's refusal means for us. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (problem) {
    const status = statusOf(problem);
    const code = (problem as { code?: unknown }).code;
    if (status === 401 || status === 403 || status === 404 || status === 301)
      throw new PublishTrouble("shut", `${status} ${wordsOf(problem)}`);
    if (status === 429 || status === 503)
      throw new PublishTrouble("later", `${status} ${wordsOf(problem)}`);
    if (code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EHOSTUNREACH")
      throw new PublishTrouble("not_sent", wordsOf(problem));
    throw problem;
  }
}
