import "server-only";
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { addAbortSignal, Readable } from "node:stream";

export type BlobKey = { site: string; sha256: string };

/** Where photos and documents lie by their hash. It has no way to remove or change one. */
export type BlobStore = {
  /** As whoever runs the plant calls it. */
  name: string;
  /** Whole or not at all, and there before anybody is told; the same one again changes nothing. */
  write(key: BlobKey, bytes: Uint8Array): Promise<void>;
  /** Null: it is not there. A place that can't say so throws. */
  read(key: BlobKey): Promise<Uint8Array | null>;
  /** What keeps it from being used, and what to do about that; null where nothing does. */
  fault(): Promise<string | null>;
};

export type BlobSettings = { BUYOFF_BLOBS: string } & {
  [name in
    | "BUYOFF_S3_ENDPOINT"
    | "BUYOFF_S3_REGION"
    | "AWS_ACCESS_KEY_ID"
    | "AWS_SECRET_ACCESS_KEY"
    | "AWS_SESSION_TOKEN"]?: string | undefined;
};

/** A folder, or `s3://bucket/prefix`. */
export function blobStoreOf(settings: BlobSettings): BlobStore {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(settings.BUYOFF_BLOBS) ?? [];
  return bucket ? inBucket(bucket, prefix, settings) : inFolder(settings.BUYOFF_BLOBS);
}

export const isBlobHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Named by site and content alone; nothing that a person typed is ever part of a path. */
function nameOf({ site, sha256 }: BlobKey): string {
  if (!isBlobHash(sha256)) throw new Error("not a hash");
  return `${site}/${sha256.slice(0, 2)}/${sha256}`;
}
export const blobPath = (folder: string, key: BlobKey): string => path.join(folder, nameOf(key));

export const inFolder = (folder: string): BlobStore => ({
  name: folder,
  write: (key, bytes) => writeOnce(blobPath(folder, key), bytes),
  read: (key) =>
    readFile(blobPath(folder, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    }),
  fault: async () => null,
});

// On the disk before it has its name, and the name before anybody is told: a power cut leaves the
// whole photo or none.
async function writeOnce(target: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(target);
  const draft = path.join(folder, `.${randomUUID()}`);
  const file = await newFile(draft);
  try {
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A new file, in a folder that is mostly there: only where it is not is it made, and its name kept as well. */
async function newFile(draft: string): Promise<FileHandle> {
  try {
    return await open(draft, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const folder = path.dirname(draft);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let at = folder; made && at.startsWith(made); at = path.dirname(at)) {
    await syncFolder(path.dirname(at));
  }
  return open(draft, "wx", 0o600);
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const connectWithinMs = 3_000;
/** For one photo with all attempts at it: a tablet or a delivery tries again by itself after that. */
const answerWithinMs = 20_000;
const attemptsMax = 3;

function inBucket(bucket: string, prefix: string, settings: BlobSettings): BlobStore {
  const name = `s3://${bucket}${prefix && `/${prefix}`}`;
  const objectOf = (key: BlobKey) => ({
    Bucket: bucket,
    Key: `${prefix && `${prefix}/`}${nameOf(key)}`,
  });
  let opened: ReturnType<typeof openBucket> | null = null;
  const bucketOf = () => {
    opened ??= openBucket(settings);
    return opened;
  };
  return {
    name,
    async write(key, bytes) {
      const { s3, client } = await bucketOf();
      // The bucket compares what arrived with the hash that it is kept under.
      const ChecksumSHA256 = Buffer.from(key.sha256, "hex").toString("base64");
      const put = new s3.PutObjectCommand({ ...objectOf(key), Body: bytes, ChecksumSHA256 });
      await client.send(put, { abortSignal: AbortSignal.timeout(answerWithinMs) });
    },
    async read(key) {
      const { s3, client } = await bucketOf();
      const abortSignal = AbortSignal.timeout(answerWithinMs);
      try {
        const { Body } = await client.send(new s3.GetObjectCommand(objectOf(key)), { abortSignal });
        if (!Body) throw new Error(`${name} answered without a body`);
        // The signal given to the request ends with its head; what follows it is bounded as well.
        if (Body instanceof Readable) addAbortSignal(abortSignal, Body);
        return await Body.transformToByteArray();
      } catch (error) {
        if (error instanceof s3.NoSuchKey) return null;
        throw error;
      }
    },
    async fault() {
      const missing = needed.filter((variable) => !settings[variable]);
      if (missing.length > 0) {
        return `Photos and documents lie in ${name}, and ${missing.join(", ")} must be set for that.`;
      }
      const { s3, client } = await bucketOf();
      try {
        const abortSignal = AbortSignal.timeout(answerWithinMs);
        await client.send(new s3.HeadBucketCommand({ Bucket: bucket }), { abortSignal });
        return null;
      } catch (error) {
        return faultOf(bucket, settings, error);
      }
    },
  };
}

const needed = ["BUYOFF_S3_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

/** Loaded where there is a bucket, and not for everybody who keeps photos in a folder. */
async function openBucket(settings: BlobSettings) {
  const s3 = await import("@aws-sdk/client-s3");
  const endpoint = settings.BUYOFF_S3_ENDPOINT;
  const client = new s3.S3Client({
    region: settings.BUYOFF_S3_REGION ?? "",
    // A server of the plant's own has no name for each bucket.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Named here, so that nothing else that this machine may know is used in their place.
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? "",
      ...(settings.AWS_SESSION_TOKEN ? { sessionToken: settings.AWS_SESSION_TOKEN } : {}),
    },
    maxAttempts: attemptsMax,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectWithinMs,
      requestTimeout: answerWithinMs,
      throwOnRequestTimeout: true,
    },
  });
  return { s3, client };
}

function faultOf(bucket: string, settings: BlobSettings, error: unknown): string {
  const { BUYOFF_S3_ENDPOINT: endpoint, BUYOFF_S3_REGION: region } = settings;
  const at = endpoint || `Amazon S3 in ${region}`;
  const why = whyOf(error);
  switch (statusOf(error)) {
    case 401:
    case 403:
      return `The bucket ${bucket} at ${at} does not let us in (${why}). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may list the bucket and read and write its objects.`;
    case 404:
      return `There is no bucket ${bucket} at ${at} (${why}). Create it, or put BUYOFF_BLOBS right.`;
    case 301:
    case 400:
      return `The bucket ${bucket} is not to be had at ${at} (${why}). Set BUYOFF_S3_REGION to the region it is in.`;
    default:
      return `The bucket ${bucket} can't be reached at ${at} (${why}). Check BUYOFF_S3_ENDPOINT and the network between here and there.`;
  }
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** In a few words, for a sentence. */
export function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return [statusOf(error), code ?? error.name].filter(Boolean).join(" ");
}
