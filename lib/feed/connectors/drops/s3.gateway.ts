import "server-only";
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { asked, s3Client, statusOf } from "../publishers/s3.gateway.ts";
import type { S3Config, Secrets } from "../publishers/schema.ts";
import { digestOf, type Place } from "./piece.gateway.ts";

/** A bucket renames nothing: there a batch is whole when its last object is there. */
export async function openS3Place(config: S3Config, secrets: Secrets): Promise<Place> {
  const client = await s3Client(config, secrets);
  const keyOf = (folder: string, name: string) => `${config.prefix}/evidence/${folder}/${name}`;
  const object = (folder: string, name: string) =>
    asked(
      client.send(new GetObjectCommand({ Bucket: config.bucket, Key: keyOf(folder, name) })).then(
        ({ Body }) => (Body as Readable | undefined) ?? null,
        (problem: unknown) => {
          if (statusOf(problem) === 404) return null;
          throw problem;
        },
      ),
    );
  return {
    uriOf: (folder) => `s3://${config.bucket}/${config.prefix}/evidence/${folder}`,
    read: async (folder, name) => {
      // Whole or not at all: without its last object the others are none of a batch.
      const body = await object(folder, name);
      return body === null ? null : (await body.setEncoding("utf8").toArray()).join("");
    },
    digest: async (folder, name) => {
      const body = await object(folder, name);
      return body === null ? null : digestOf(body);
    },
    write: async (folder, piece) => {
      await asked(
        client.send(
          new PutObjectCommand({
            Bucket: config.bucket,
            Key: keyOf(folder, piece.name),
            Body: Readable.from(piece.open(), { objectMode: false }),
            ContentLength: piece.bytes,
            ContentType: piece.mediaType,
            // Refused by the bucket itself where something else arrives.
            ChecksumSHA256: Buffer.from(piece.sha256, "hex").toString("base64"),
            Metadata: { sha256: piece.sha256 },
          }),
        ),
      );
    },
    finish: async () => undefined,
    close: async () => client.destroy(),
  };
}
