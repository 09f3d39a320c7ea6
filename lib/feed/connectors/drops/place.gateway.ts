import "server-only";
import type { Secrets } from "../publishers/schema.ts";
import { openFolderPlace } from "./folder.gateway.ts";
import type { DropConfig } from "./kinds.rules.ts";
import type { Place } from "./piece.gateway.ts";
import { openS3Place } from "./s3.gateway.ts";
import { openSftpPlace } from "./sftp.gateway.ts";

export function openPlace(config: DropConfig, secrets: Secrets): Promise<Place> {
  switch (config.kind) {
    case "folder":
      return openFolderPlace(config);
    case "s3":
      return openS3Place(config, secrets);
    case "sftp":
      return openSftpPlace(config, secrets);
  }
}
