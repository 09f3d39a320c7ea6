import "server-only";
import sharp, { type Metadata } from "sharp";
import { err, ok, type Result } from "#lib/kit/result";
import { type ImageType, imageTypeOf, metadataBlocks, pixelsMax, sideMax } from "./image.rules.ts";

export type ImageFault =
  | "not_an_image"
  | "type_differs"
  | "image_too_large"
  | "image_animated"
  | "image_has_location";

/**
 * Is this a photo of the kind it says it is? By its own bytes, never by name or header; opened no
 * further than its header, under a limit of pixels, and refused when it says where it was taken.
 */
export async function checkedImage(
  bytes: Uint8Array,
  declared: string,
): Promise<Result<ImageType, ImageFault>> {
  const type = imageTypeOf(bytes);
  if (!type) return err("not_an_image");
  if (type !== declared) return err("type_differs");
  let header: Metadata;
  try {
    header = await sharp(bytes, { limitInputPixels: pixelsMax, failOn: "error" }).metadata();
  } catch {
    return err("not_an_image");
  }
  if (`image/${header.format}` !== type) return err("not_an_image");
  const { width = 0, height = 0, pages = 1 } = header;
  if (width < 1 || height < 1) return err("not_an_image");
  if (width * height > pixelsMax || width > sideMax || height > sideMax)
    return err("image_too_large");
  if (pages > 1) return err("image_animated");
  const blocks = [...metadataBlocks(bytes, type), ...(header.exif ? [header.exif] : [])];
  if (blocks.some(hasLocation)) return err("image_has_location");
  const xmp = header.xmp ? Buffer.from(header.xmp).toString("latin1") : "";
  return /exif:GPS(Latitude|Longitude)/i.test(xmp) ? err("image_has_location") : ok(type);
}

/** Does this EXIF block hold a GPS directory (tag 0x8825 in its first directory)? Unreadable counts as yes. */
function hasLocation(block: Uint8Array): boolean {
  const bytes = Buffer.from(block);
  const start = bytes.subarray(0, 6).toString("latin1") === "Exif\0\0" ? 6 : 0;
  const tiff = bytes.subarray(start);
  const order = tiff.subarray(0, 2).toString("latin1");
  if (tiff.length < 8 || (order !== "II" && order !== "MM")) return tiff.length > 0;
  const read16 = (at: number) => (order === "II" ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const read32 = (at: number) => (order === "II" ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  try {
    let directory = read32(4);
    for (let turn = 0; directory !== 0 && turn < 4; turn += 1) {
      const count = read16(directory);
      for (let entry = 0; entry < count; entry += 1) {
        if (read16(directory + 2 + entry * 12) === 0x8825) return true;
      }
      directory = read32(directory + 2 + count * 12);
    }
    return false;
  } catch {
    return true;
  }
}
