import "server-only";
import { Secret, TOTP } from "otpauth";
import { db } from "#lib/db/client";
import { openText, sealText } from "#lib/kit/keys";
import { type Instant, millis } from "#lib/kit/time";

const period = 30;
const otp = (secret: Secret, label: string) =>
  new TOTP({ issuer: "Buyoff", label, algorithm: "SHA1", digits: 6, period, secret });

/** RFC 6238 with the parameters that every authenticator app knows; sealed to the person's row. */
export function newTotp(
  person: string,
  label: string,
  given?: string,
): { secret: string; uri: string; sealed: string } {
  const secret = given ? Secret.fromBase32(given) : new Secret({ size: 20 });
  return {
    secret: secret.base32,
    uri: otp(secret, label).toString(),
    sealed: sealText("password-credential", secret.base32, person),
  };
}

/** What `newTotp` gave for this person, from what was kept; null where it does not open. */
export function knownTotp(
  person: string,
  label: string,
  sealed: string | null,
): { secret: string; uri: string } | null {
  const base32 = sealed ? openText("password-credential", sealed, person) : null;
  return base32 ? { secret: base32, uri: otp(Secret.fromBase32(base32), label).toString() } : null;
}

/** The code that an authenticator would show now; for the demo's drawer and for tests. */
export function totpNow(person: string, sealed: string, at: Instant): string | null {
  const secret = openText("password-credential", sealed, person);
  return secret ? otp(Secret.fromBase32(secret), "").generate({ timestamp: millis(at) }) : null;
}

/**
 * Is this the code of now, or of half a minute before or after? Each counts once: whoever looks over
 * a shoulder can't use it again (RFC 6238, 5.2).
 */
export async function spendTotp(
  person: string,
  sealed: string | null,
  code: string,
  at: Instant,
): Promise<boolean> {
  const secret = sealed ? openText("password-credential", sealed, person) : null;
  if (!secret) return false;
  const timestamp = millis(at);
  const delta = otp(Secret.fromBase32(secret), "").validate({ token: code, timestamp, window: 1 });
  if (delta === null) return false;
  const step = BigInt(Math.floor(timestamp / 1000 / period) + delta);
  const { count } = await db.credential.updateMany({
    where: { personId: person, OR: [{ totpStep: null }, { totpStep: { lt: step } }] },
    data: { totpStep: step },
  });
  return count === 1;
}
