import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { storePhoto } from "#lib/blobs/commands";
import { actorOfSeed } from "#lib/boundary/actor";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Kit } from "./plan.ts";
import { done } from "./staff.ts";

const folder = path.resolve(import.meta.dirname, "../../public/instructions");

/** Photos of the demo: the drawings themselves, as a camera would have seen them lying there. */
export async function storePictures(
  site: string,
): Promise<Map<string, ReturnType<Kit["picture"]>>> {
  const stored = new Map<string, ReturnType<Kit["picture"]>>();
  for (const name of (await readdir(folder)).sort()) {
    const drawing = await readFile(path.join(folder, name));
    const bytes = await sharp(drawing).resize({ width: 640 }).png().toBuffer();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await done(storePhoto(actorOfSeed(site), { sha256, mediaType: "image/png", bytes }));
    stored.set(`/instructions/${name}`, { sha256, mediaType: "image/png", bytes: bytes.length });
  }
  return stored;
}

/** A photo taken at a step shows what its drawing shows. */
export function pictureAt(
  content: InstructionContent,
  pictures: ReadonlyMap<string, ReturnType<Kit["picture"]>>,
): Kit["picture"] {
  return (number) => {
    const step = content.operations
      .flatMap(({ steps }) => steps)
      .find((of) => of.number === number);
    const picture = pictures.get(step?.media[0]?.src ?? "") ?? [...pictures.values()][0];
    if (!picture) throw new Error("there is no drawing to photograph");
    return picture;
  };
}
