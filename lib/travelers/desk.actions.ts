"use server";
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { storePhoto } from "#lib/blobs/commands";
import { action } from "#lib/boundary/action";
import { ok } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { verifyStream } from "#lib/record/verify.queries";
import { releaseTravelers } from "./commands.ts";
import { releaseForm } from "./release.schema.ts";
import { verifyForm } from "./verify.schema.ts";

export const verifyTraveler = action("record.verify", verifyForm, async (actor, { traveler }) => {
  const found = await verifyStream(actor, traveler);
  return ok({ ...found, at: instant(Date.now()) });
});

const upload = z.instanceof(FormData);

/** A photo or scan of a document, kept by its hash; the form that is sent next names the hash. */
export const storeDocument = action("receiveDisposition", upload, async (actor, form) => {
  const file = form.get("document");
  const bytes = file instanceof File ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const mediaType = file instanceof File ? file.type : "";
  const stored = await storePhoto(actor, { sha256, mediaType, bytes });
  return stored.ok ? ok({ sha256 }) : stored;
});

export const release = action("traveler.release", releaseForm, (actor, form) =>
  releaseTravelers(actor, {
    workOrder: form.workOrder,
    contentSha256: form.contentSha256,
    units: { serials: form.serials.split(/[\s,;]+/).filter((serial) => serial !== "") },
  }),
);
