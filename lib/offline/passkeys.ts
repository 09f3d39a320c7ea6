import { base64url, bytesOf } from "#lib/kit/base64url";
import { sha256Hex } from "#lib/kit/canonical";
import { challengeOf } from "#lib/kit/passkey-challenge";
import type { BoxOf } from "#lib/kit/sealing";
import type { Seal } from "./acts.ts";
import type { Core, TabletView } from "./core.ts";
import { remember } from "./known.ts";
import type { Answer } from "./server.ts";
import type { FloorPerson, HeldPasskey } from "./wire.schema.ts";

/** Why nobody can have a passkey at this page: the plant's address has no name, it is not this one, or the browser. */
export type WhyNoPasskeys = "no_address" | "other_address" | "no_browser";

export function whyNoPasskeys(session: TabletView["session"]): WhyNoPasskeys | null {
  const party = session?.passkeys ?? null;
  if (party === null) return "no_address";
  if (location.origin !== party.origin) return "other_address";
  const isKnown = isSecureContext && typeof PublicKeyCredential !== "undefined";
  return isKnown && navigator.credentials !== undefined ? null : "no_browser";
}

/** Why somebody signs with badge and PIN here; null: they have a passkey that this tablet can ask. */
export function whyNoPasskey(
  session: TabletView["session"],
  person: FloorPerson,
): WhyNoPasskeys | "none_enrolled" | null {
  const why = whyNoPasskeys(session);
  return why ?? ((person.passkeys ?? []).length === 0 ? "none_enrolled" : null);
}

/** The authenticator was not there, was another one, or its owner said no: which, no page is told. */
export type NotGiven = { kind: "refused"; error: { code: "passkey_not_given" } };
const notGiven: NotGiven = { kind: "refused", error: { code: "passkey_not_given" } };

async function given(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await ask()) as PublicKeyCredential | null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

const heldFor = ({ credential, transports }: Pick<HeldPasskey, "credential" | "transports">) => ({
  type: "public-key" as const,
  id: bytesOf(credential),
  transports: [...transports] as AuthenticatorTransport[],
});

/**
 * The signer's own passkey over exactly this act; null: nothing was signed. No secret of it is ever on this tablet,
 * and what it answers is good for nothing but this act.
 */
export async function assertPasskey(
  rpId: string,
  held: readonly HeldPasskey[],
  of: BoxOf,
): Promise<Seal | null> {
  const credential = await given(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challengeOf(of)),
        rpId,
        allowCredentials: held.map(heldFor),
        userVerification: "required",
        timeout: 60_000,
      },
    }),
  );
  const passkey = held.find((one) => one.credential === credential?.id);
  if (credential === null || passkey === undefined) return null;
  const { clientDataJSON, authenticatorData, signature } =
    credential.response as AuthenticatorAssertionResponse;
  const sealed = JSON.stringify({
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    response: {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(signature),
    },
  });
  return { commandId: of.command, sealed, sha256: sha256Hex(sealed), passkey: passkey.id };
}

type Components = { badge: string; pin: string };
type Enrolled = { passkeys: readonly HeldPasskey[] };
/** As the server says it, in JSON (WebAuthn L3, 5.1.9). */
type ToMake = {
  options: Omit<
    PublicKeyCredentialCreationOptions,
    "challenge" | "user" | "excludeCredentials" | "extensions"
  > & {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: readonly { id: string }[];
  };
};

/** Badge and PIN to the server, then the authenticator, then what it has made. */
export async function enrolPasskey(
  core: Core,
  { name, ...typed }: Components & { name: string },
): Promise<Answer<Enrolled> | NotGiven> {
  const person = core.view().signedIn?.person.id;
  const asked = await core.server.post<ToMake>("/api/floor/passkeys/ask", { ...typed, person });
  if (asked.kind !== "ok") return asked;
  const { options } = asked.value;
  const credential = await given(() =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        extensions: {},
        challenge: bytesOf(options.challenge),
        user: { ...options.user, id: bytesOf(options.user.id) },
        excludeCredentials: (options.excludeCredentials ?? []).map(({ id }) =>
          heldFor({ credential: id, transports: [] }),
        ),
      },
    }),
  );
  if (credential === null) return notGiven;
  const made = credential.response as AuthenticatorAttestationResponse;
  const answer = {
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    response: {
      clientDataJSON: base64url(made.clientDataJSON),
      attestationObject: base64url(made.attestationObject),
      transports: made.getTransports?.().filter((one) => transports.has(one)) ?? [],
    },
  };
  return known(core, await core.server.post<Enrolled>("/api/floor/passkeys", { name, answer }));
}

const transports = new Set(["ble", "hybrid", "internal", "nfc", "smart-card", "usb"]);

export async function withdrawPasskey(
  core: Core,
  of: Components & { passkey: string; reason: string },
): Promise<Answer<Enrolled>> {
  const person = core.view().signedIn?.person.id;
  return known(core, await core.server.post("/api/floor/passkeys/withdraw", { ...of, person }));
}

/** Known here from now on, also without a network. */
function known(core: Core, answer: Answer<Enrolled>): Answer<Enrolled> {
  const { signedIn } = core.view();
  if (answer.kind === "ok" && signedIn !== null) {
    const { passkeys } = answer.value;
    const person = { ...signedIn.person, passkeys };
    core.set({ signedIn: { ...signedIn, person } });
    void remember(core, person);
  }
  return answer;
}
