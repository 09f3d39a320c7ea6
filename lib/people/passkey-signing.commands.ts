import "server-only";
import {
  type AuthenticationResponseJSON,
  verifyAuthenticationResponse,
} from "@simplewebauthn/server";
import { inTransaction } from "#lib/db/client";
import { env } from "#lib/kit/env";
import { log } from "#lib/kit/log";
import { challengeOf } from "#lib/kit/passkey-challenge";
import { ok, type Result } from "#lib/kit/result";
import type { BoxOf } from "#lib/kit/sealing";
import { type Instant, instant } from "#lib/kit/time";
import { overRate } from "./lockout.commands.ts";
import { isCopied, isWithdrawnBefore, type PasskeyUse, relyingPartyOf } from "./passkeys.rules.ts";
import { assertionSchema } from "./passkeys.schema.ts";
import type { Actor } from "./schema.ts";
import {
  attemptsRate,
  type CredentialRefusal,
  credentialRefused,
  note,
} from "./sign-in.commands.ts";

export type PasskeyOutcome = "right" | "passkey_wrong" | "passkey_withdrawn" | "passkey_copied";

type Asserted = {
  /** What the authenticator answered, as the tablet kept it. */
  answer: string;
  /** The passkey that the act named. */
  passkey: string;
  of: BoxOf;
  /** Between when and when it was signed. */
  when: Pick<PasskeyUse, "earliest" | "latest">;
};

/**
 * Whether this passkey, of the person who is said to have signed, signed exactly this: with its owner verified, for
 * this plant, before it was withdrawn, and being the only one of its kind.
 */
export async function provePasskey(
  device: Actor,
  { answer, passkey, of, when }: Asserted,
  at: Instant = instant(Date.now()),
): Promise<Result<PasskeyOutcome, CredentialRefusal>> {
  const tablet = device.device;
  if (!tablet) return credentialRefused("not_at_tablet");
  const wait = await overRate(`credentials/${tablet.id}`, attemptsRate, at);
  if (wait !== null) return credentialRefused("too_many_attempts", { seconds: String(wait) });
  const outcome = await inTransaction(async (tx) => {
    // Its row is held meanwhile: two signatures with one count are not both right.
    const [row] = await tx.$queryRaw<PasskeyRow[]>`
      select * from passkeys where id = ${passkey}::uuid and person_id = ${of.person}::uuid for update`;
    const count = row && (await countIn(answer, row, of));
    if (!row || count === undefined || count === null) return "passkey_wrong";
    const uses = await tx.passkeyUse.findMany({ where: { passkeyId: row.id } });
    const known = uses.filter(({ commandId }) => commandId !== of.command).map(asUse);
    const now = { count, ...when };
    if (isWithdrawnBefore(row.withdrawn_at && instant(row.withdrawn_at.getTime()), now)) {
      return "passkey_withdrawn";
    }
    if (isCopied([enrolment(row), ...known], now)) return "passkey_copied";
    await tx.passkeyUse.createMany({
      data: [
        {
          passkeyId: row.id,
          commandId: of.command,
          signCount: count,
          earliest: new Date(when.earliest),
          latest: new Date(when.latest),
        },
      ],
      skipDuplicates: true,
    });
    return "right";
  }, device.site);
  if (outcome !== "right") {
    const about = { subject: of.person, command: of.command, contentSha256: of.contentSha256 };
    await note(device, "signing.refused", { ...about, why: outcome });
  }
  return ok(outcome);
}

/** How far the key had counted; null: it did not sign this. */
async function countIn(answer: string, row: PasskeyRow, of: BoxOf): Promise<number | null> {
  const party = relyingPartyOf(env.BUYOFF_ORIGIN);
  const response = answerIn(answer);
  if (!party || response?.id !== row.credential_id) return null;
  try {
    const { verified, authenticationInfo: found } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challengeOf(of),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      // Its count is looked at in the order of the signatures, afterwards.
      credential: {
        id: row.credential_id,
        publicKey: new Uint8Array(Buffer.from(row.public_key, "base64url")),
        counter: 0,
      },
    });
    // What could not be copied can't have become what can (WebAuthn L3, 7.2, step 18).
    const isSameKind =
      (found.credentialDeviceType === "multiDevice") === (row.device_type === "multi_device");
    return verified && isSameKind ? found.newCounter : null;
  } catch (error) {
    log.info({ err: error, passkey: row.id }, "a passkey's signature was not right");
    return null;
  }
}

function answerIn(text: string): AuthenticationResponseJSON | null {
  try {
    const parsed = assertionSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    return { ...parsed.data, clientExtensionResults: {} } as AuthenticationResponseJSON;
  } catch {
    return null;
  }
}

type PasskeyRow = {
  id: string;
  credential_id: string;
  public_key: string;
  sign_count: bigint;
  device_type: string;
  enrolled_at: Date;
  withdrawn_at: Date | null;
};

const asUse = (use: { signCount: bigint; earliest: Date; latest: Date }): PasskeyUse => ({
  count: Number(use.signCount),
  earliest: instant(use.earliest.getTime()),
  latest: instant(use.latest.getTime()),
});

const enrolment = ({ sign_count: signCount, enrolled_at: at }: PasskeyRow): PasskeyUse =>
  asUse({ signCount, earliest: at, latest: at });
