import "server-only";
import { forSite } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import { provePasskey } from "#lib/people/passkey-signing.commands";
import type { Actor } from "#lib/people/schema";
import { proveSealed } from "#lib/people/sealed-signing.commands";
import type { CredentialRefusal } from "#lib/people/sign-in.commands";
import { entryLine } from "#lib/record/schema";
import { applyCommand } from "./commands.ts";
import { holdOf } from "./offline-signing.rules.ts";
import type { BuyoffStatus, TravelerState } from "./state.schema.ts";

type Box = { traveler: string; command: string; sealed: string };

/**
 * `unknown`: no act of this tablet said that it had such a box. `held`: work had gone on over the signature.
 * `by`: what it was given with, where that was not badge and PIN.
 */
export type Verified = { status: BuyoffStatus | "unknown"; held: boolean; by?: "passkey" };
export type NotVerified =
  | CredentialRefusal
  | { code: "retry_later"; params: Readonly<Record<string, string>> };

const unknown = ok<Verified>({ status: "unknown", held: false });

/** The verification of a buyoff has one id for life: asked again it gets its first answer again. */
const verificationOf = (buyoff: string): string => derivedId(buyoff, "verification");

/**
 * Opens the box that belongs to a signature given without a network, once everything that the tablet did before
 * and after it is on the record. The box is not kept: of it the record has a hash and what came of it.
 */
export async function verifySealed(
  device: Actor,
  box: Box,
  verifier: Actor,
  at?: Instant,
): Promise<Result<Verified, NotVerified>> {
  const found = await signedWith(device, box);
  if (!found) return unknown;
  const { signed, when, beside } = found;
  const isOpened = signed.status !== "pending_verification" || signed.checkedAt !== undefined;
  if (isOpened) return ok(await standing(device.site, box));
  const { person, contentSha256, passkey } = signed;
  const of = { device: device.id, command: box.command, person, contentSha256 };
  const outcome =
    passkey === undefined
      ? await proveSealed(device, { sealed: box.sealed, of, beside }, at)
      : await provePasskey(device, { answer: box.sealed, passkey, of, when }, at);
  if (!outcome.ok) return outcome;
  const verdict = await applyCommand(verifier, {
    traveler: box.traveler,
    command: {
      id: verificationOf(box.command),
      type: "verifyBuyoff",
      body: { buyoff: box.command },
    },
    verification: {
      buyoff: box.command,
      sealedSha256: sha256Hex(box.sealed),
      outcome: outcome.value,
      ...(passkey !== undefined && { answer: box.sealed }),
    },
    ...(at && { at }),
  });
  if (verdict.verdict === "retry_later") return err({ code: "retry_later", params: {} });
  return ok(await standing(device.site, box));
}

/** The buyoff that this tablet itself said to be sealed in exactly this box, when, and beside whom; null: there is none. */
async function signedWith(device: Actor, { traveler, command, sealed }: Box) {
  const said = await forSite(device.site).entry.findFirst({
    where: { streamId: traveler, commandId: command, type: "buyoff.signed" },
    select: { deviceId: true, line: true },
  });
  if (!said || said.deviceId !== device.device?.id) return null;
  const buyoffs = (await stateIn(device.site, traveler))?.buyoffs ?? [];
  const buyoff = buyoffs.find(({ id }) => id === command);
  if (buyoff?.sealedSha256 !== sha256Hex(sealed)) return null;
  const { clock, occurredAt, person } = entryLine.parse(JSON.parse(said.line));
  const { earliest = occurredAt, latest = occurredAt } = clock ?? {};
  const under = buyoffs.filter(({ id }) => buyoff.over?.includes(id)).map((of) => of.person);
  const beside = [person ?? [], ...under].flat().filter((of) => of !== buyoff.person);
  return { signed: buyoff, when: { earliest, latest }, beside };
}

async function stateIn(site: string, traveler: string): Promise<TravelerState | null> {
  const row = await forSite(site).traveler.findUnique({
    where: { id: traveler },
    select: { state: true },
  });
  return row && (row.state as unknown as TravelerState);
}

async function standing(site: string, { traveler, command }: Box): Promise<Verified> {
  const state = await stateIn(site, traveler);
  const buyoff = state?.buyoffs.find((of) => of.id === command);
  const hold = holdOf(verificationOf(command));
  return {
    status: buyoff?.status ?? "unknown",
    held: state?.holds.some(({ id }) => id === hold) ?? false,
    ...(buyoff?.passkey !== undefined && { by: "passkey" }),
  };
}
