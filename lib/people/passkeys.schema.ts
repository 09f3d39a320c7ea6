import * as z from "zod/mini";
import { command, id, reason, words } from "#lib/plant/fields.schema";
import { floorSignInSchema } from "./sign-in.schema.ts";

const base64url = (max: number) => z.string().check(z.maxLength(max), z.regex(/^[A-Za-z0-9_-]+$/));

/** What an authenticator answers, as far as it is looked at (WebAuthn L3, 5.1 and 5.2). */
export const registrationSchema = z.object({
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(8000),
    transports: z.optional(
      z.array(z.enum(["ble", "hybrid", "internal", "nfc", "smart-card", "usb"])),
    ),
  }),
});
export const assertionSchema = z.object({
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(4000),
  }),
});

/** Who asks to enrol one says anew who they are: it is the granting of a means to sign (21 CFR 11.300). */
export const passkeyAskSchema = z.object({ ...floorSignInSchema.shape, person: id });
export const passkeyEnrolSchema = z.object({
  name: words(60),
  answer: registrationSchema,
});
export const ownPasskeySchema = z.object({ ...passkeyAskSchema.shape, passkey: id, reason });

/** By an administrator, at the desk. */
export const withdrawPasskeyForm = z.object({ command, passkey: id, reason });
export type WithdrawPasskeyForm = z.output<typeof withdrawPasskeyForm>;

/** As the tablet of whoever is signed in there knows it. */
export type HeldPasskey = {
  id: string;
  name: string;
  credential: string;
  transports: readonly string[];
};
