"use server";
import { action } from "#lib/boundary/action";
import { ok } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { verifyStream } from "#lib/record/verify.queries";
import { releaseAtDesk } from "./release.commands.ts";
import { releaseForm } from "./release.schema.ts";
import { verifyForm } from "./verify.schema.ts";

export const verifyTraveler = action("record.verify", verifyForm, async (actor, { traveler }) => {
  const found = await verifyStream(actor, traveler);
  return ok({ ...found, at: instant(Date.now()) });
});

export const release = action("traveler.release", releaseForm, releaseAtDesk);
