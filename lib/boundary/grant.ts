import "server-only";
import * as z from "zod/mini";
import { roles } from "#lib/instructions/schema";
import { isMacOf, macOf } from "#lib/kit/keys";
import type { Instant } from "#lib/kit/time";

const grantSchema = z.strictObject({
  /** Algorithm and key generation: HMAC-SHA256 under the first key. */
  alg: z.literal("hs256.1"),
  person: z.uuid(),
  device: z.uuid(),
  site: z.uuid(),
  roles: z.array(z.enum(roles)),
  /** The signing period that the sign-in began. */
  period: z.uuid(),
  issuedAt: z.iso.datetime({ precision: 3 }),
  notAfter: z.iso.datetime({ precision: 3 }),
});

/** The server's word, kept on the tablet: this person, at this device, with these roles, until then. */
export type Grant = z.output<typeof grantSchema>;

export function signGrant(grant: Omit<Grant, "alg">): string {
  const said = Buffer.from(JSON.stringify({ alg: "hs256.1", ...grant }), "utf8").toString(
    "base64url",
  );
  return `${said}.${macOf("grant", said)}`;
}

/**
 * The grant if the server said it, else null. Whether it covers the moment of an act is asked
 * separately, because a command is judged by when it was done and not by when it arrived.
 */
export function readGrant(text: string): Grant | null {
  if (text.length > 4000) return null;
  const [said, mac, ...rest] = text.split(".");
  if (!said || !mac || rest.length > 0 || !isMacOf("grant", said, mac)) return null;
  const parsed = grantSchema.safeParse(JSON.parse(Buffer.from(said, "base64url").toString("utf8")));
  return parsed.success ? parsed.data : null;
}

/** For one batch, whose commands mostly bear the same grant: each is read once. */
export function grantReader(): (text: string) => Grant | null {
  const read = new Map<string, Grant | null>();
  return (text) => {
    const known = read.get(text);
    if (known !== undefined) return known;
    const grant = readGrant(text);
    read.set(text, grant);
    return grant;
  };
}

/** Instants are UTC text of one width, so they compare as text. */
export const grantCovers = (grant: Grant, at: Instant): boolean =>
  grant.issuedAt <= at && at <= grant.notAfter;
