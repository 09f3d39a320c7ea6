import * as z from "zod/mini";

const words = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));
/** Typed or scanned secrets, bounded so that nobody makes the server hash a book. */
const secret = words(200);
const uuid = z.uuid();

export const p256Key = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  y: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
});

export const enrolSchema = z.object({ code: words(40), publicKey: p256Key, name: words(80) });
export const challengeSchema = z.object({ device: uuid });
export const deviceSessionSchema = z.object({
  device: uuid,
  nonce: words(300),
  signature: words(200),
});

export const floorSignInSchema = z.object({ badge: secret, pin: secret });
export const endPeriodSchema = z.object({ why: z.enum(["lock", "idle", "sign_out", "hand_over"]) });
export const signSchema = z.object({
  command: uuid,
  contentSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  pin: secret,
  badge: z.optional(secret),
  /** Left out when only the badge says who it is. */
  person: z.optional(uuid),
});

/** The box, or a passkey's answer, of a signature that was given without a network, for the act that said so. */
export const sealedSignatureSchema = z.object({
  command: uuid,
  traveler: uuid,
  sealed: words(8000),
});

/** Six digits; longer where a plant wants it. */
export const pinSchema = z.string().check(z.regex(/^\d{6,12}$/));

export const deskSignInSchema = z.discriminatedUnion("way", [
  z.object({ way: z.literal("badge"), badge: secret, pin: secret }),
  z.object({
    way: z.literal("password"),
    employeeNumber: words(60),
    password: secret,
    code: z.string().check(z.regex(/^\d{6}$/)),
  }),
]);
export type DeskSignIn = z.output<typeof deskSignInSchema>;

/** A badge as scanned: `BDG~<id>~<secret>`. */
export function readBadge(scanned: string): { id: string; secret: string } | null {
  const [kind, id, secretPart, ...rest] = scanned.trim().split("~");
  if (kind !== "BDG" || !id || !secretPart || rest.length > 0) return null;
  return { id, secret: secretPart };
}

/** What the tablet shows of a person and decides with. */
export type FloorPerson = {
  id: string;
  name: string;
  initials: string;
  employeeNumber: string;
  roles: readonly import("#lib/instructions/schema").Role[];
  stamps: readonly { number: string; kind: "operator" | "inspection" | "quality" }[];
  qualifications: readonly { code: string; validFrom: string; validUntil: string | null }[];
  /** Under whom an apprentice may work today. */
  trainers: readonly { id: string; name: string; qualification: string | null }[];
};
