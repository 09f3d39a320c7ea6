import { createHash } from "node:crypto";
import sharp from "sharp";
import type { Tablet } from "./tablet.ts";

const bytes = await sharp({
  create: { width: 320, height: 240, channels: 3, background: "#cfc8b8" },
})
  .png()
  .toBuffer();
const sha256 = createHash("sha256").update(bytes).digest("hex");

/** A photo for steps that ask for one. */
export const aPicture = {
  bytes,
  body: { sha256, mediaType: "image/png" as const, bytes: bytes.length },
  upload: async (tablet: Tablet): Promise<void> => {
    const { "content-type": _, ...headers } = tablet.headers as Record<string, string>;
    const response = await fetch(`${tablet.origin}/api/blobs/${sha256}`, {
      method: "PUT",
      headers: { ...headers, "content-type": "image/png" },
      body: new Uint8Array(bytes),
    });
    if (!response.ok) throw new Error(`photo: ${response.status} ${await response.text()}`);
  },
};
