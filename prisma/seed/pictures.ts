import { createHash } from "node:crypto";
import sharp from "sharp";
import { storePhoto } from "#lib/blobs/commands";
import { actorOfSeed } from "#lib/boundary/actor";
import type { InstructionContent } from "#lib/instructions/schema";
import { chanceOf } from "./identity.ts";
import type { Kit } from "./plan.ts";
import { height, type Shot, type Subject, scene, subjects, width } from "./scenes.ts";
import { done } from "./staff.ts";

type Picture = ReturnType<Kit["picture"]>;

/** The plant's photos as they were taken, by what they show. */
export type Album = {
  of: (subject: Subject, unit: string, label?: string) => Picture;
  /** Those on which the unit's own number can be read. */
  takeFor: (unit: string) => Promise<void>;
};

/** What carries a unit's own number, engraved or printed, by what its serial begins with. */
const numbered: Readonly<Record<string, Subject>> = { FSB: "plate", HFS: "label" };

/** Drawn by code and kept as a tablet's camera would have left them; `takes` of each, so that not all look alike. */
export async function photographer(site: string, takes: number): Promise<Album> {
  const taken = new Map<string, Picture>();
  const take = async (subject: Subject, number: number, unit: string): Promise<void> => {
    const bytes = await photo({ subject, take: number, unit });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const mediaType = "image/jpeg" as const;
    await done(storePhoto(actorOfSeed(site), { sha256, mediaType, bytes }));
    taken.set(`${subject}/${number}/${unit}`, { sha256, mediaType, bytes: bytes.length });
  };
  for (const subject of subjects) {
    for (let number = 0; number < takes; number += 1) await take(subject, number, "");
  }
  return {
    of(subject, unit, label = "") {
      const number = Math.floor(chanceOf(`${unit}/${subject}/${label}`) * takes * 0.999);
      const own = taken.get(`${subject}/0/${unit}`);
      const picture = own ?? taken.get(`${subject}/${number}/`);
      if (!picture) throw new Error(`there is no photo of ${subject}`);
      return picture;
    },
    async takeFor(unit) {
      const subject = numbered[unit.slice(0, 3)];
      if (subject) await take(subject, 0, unit);
    },
  };
}

/** A photo taken at a step shows what the step asks to see. */
export function pictureAt(content: InstructionContent, album: Album, unit: string): Kit["picture"] {
  const steps = content.operations.flatMap((operation) => operation.steps);
  return (number, field) => {
    const step = steps.find((of) => of.number === number);
    const asked = step?.fields.find(({ id }) => id === field)?.label.en ?? "";
    return album.of(shown[asked] ?? "kit", unit, `${number}/${asked}`);
  };
}

const shown: Readonly<Record<string, Subject>> = {
  Kit: "kit",
  "Both flanges": "flanges",
  "Bolt heads": "bolts",
  "Four stripes": "stripes",
  Front: "front",
  Back: "back",
  "Data plate": "plate",
  Label: "label",
  "Last ply": "ply",
};

/** A drawing as a camera would have seen it: brushed metal, and the grain of a lamp that is too weak. */
export async function photo(shot: Shot): Promise<Buffer> {
  const { subject, take, unit } = shot;
  const chance = (label: string) => chanceOf(`grain/${subject}/${take}/${unit}/${label}`);
  const raw = { width, height, channels: 4 } as const;
  const [top, left] = [Math.floor(chance("top") * height), Math.floor(chance("left") * width)];
  return sharp(Buffer.from(scene(shot)))
    .composite([
      { input: shifted(brushed, top, left), raw, blend: "soft-light" },
      { input: shifted(grain, left % height, top), raw, blend: "over" },
    ])
    .jpeg({ quality: 60 })
    .toBuffer();
}

// Once per process; each photo looks at it from another corner.
const grain = texture(1, 22);
const brushed = texture(40, 150);

/** Gray noise, `along` pixels long in its direction. The same on every machine: no chance of the system's. */
function texture(along: number, alpha: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 4);
  let random = 0x9e3779b9;
  let level = 128;
  for (let at = 0; at < width * height; at += 1) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    level += ((random & 0xff) - level) / along;
    pixels.fill(level, at * 4, at * 4 + 3);
    pixels[at * 4 + 3] = alpha;
  }
  return pixels;
}

function shifted(pixels: Uint8Array, top: number, left: number): Buffer {
  const by = (top * width + left) * 4;
  return Buffer.concat([pixels.subarray(by), pixels.subarray(0, by)]);
}
