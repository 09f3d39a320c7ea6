import type { PublisherConfig } from "../publishers/schema.ts";

export type DropConfig = Extract<PublisherConfig, { kind: "folder" | "s3" | "sftp" }>;
/** Where files can be laid, a batch can. */
export const dropKinds = ["folder", "s3", "sftp"] as const;

export const takesDrops = (config: { kind: string }): config is DropConfig =>
  dropKinds.some((kind) => kind === config.kind);
