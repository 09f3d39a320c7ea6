import { keepServerTime, leaving } from "./clock.ts";
import { type Core, refreshCounts } from "./core.ts";
import { left, touched } from "./presence.ts";
import type { Answer } from "./server.ts";
import type { FloorPerson, SignAnswer, SignIn } from "./wire.schema.ts";

export type EndOfPeriod = "lock" | "idle" | "sign_out" | "hand_over";

/** Of a server that doesn't say. */
const usualIdleMinutes = 2;

/** Needs the server: no tablet holds anything that could check a PIN. */
export async function signIn(core: Core, badge: string, pin: string): Promise<Answer<SignIn>> {
  const leftAt = leaving(core);
  const answer = await core.server.post<SignIn>("/api/floor/sign-in", { badge, pin });
  core.set({ online: answer.kind !== "silence" });
  if (answer.kind === "ok") {
    const { person, grant, notAfter, idleMinutes = usualIdleMinutes, serverTime } = answer.value;
    // Known before the first act: by a clock that was set over a slow network it would be of before the grant.
    if (serverTime !== undefined) await keepServerTime(core, serverTime, leftAt);
    core.set({
      phase: "ready",
      signedIn: { person, grant, notAfter, idleMinutes, hasSigned: false },
      lockedFrom: null,
    });
    await left(core);
    await touched(core);
    await remembered(core, person, badge);
    await refreshCounts(core);
  }
  return answer;
}

/** Fetched apart from the first screen; where that fails, they are known here once they sign in again. */
const remembered = async (core: Core, person: FloorPerson, badge: string | null): Promise<void> =>
  (await import("./known.ts").catch(() => null))?.remember(core, person, badge);

/** Hides the screen and ends the signing period; what was begun stays, and so does what is unsent. */
export async function lock(core: Core, why: EndOfPeriod): Promise<void> {
  const { signedIn } = core.view();
  if (signedIn === null) return;
  core.set({ phase: "locked", signedIn: null, lockedFrom: signedIn.person });
  // Whoever locks the screen locks the tablet; one tab that nobody touches says nothing of the others.
  if (why !== "idle") core.tellOthers?.("locked");
  await left(core);
  await core.server.post("/api/floor/end-period", { why });
}

/**
 * Two components to the server, a proof back that is good once, for this command and exactly this
 * content. The PIN goes nowhere else and is not kept.
 */
export async function signProof(
  core: Core,
  of: {
    command: string;
    contentSha256: string;
    pin: string;
    badge: string | null;
    person: string | null;
  },
): Promise<Answer<SignAnswer>> {
  const { badge, person, ...rest } = of;
  const answer = await core.server.post<SignAnswer>("/api/sign", {
    ...rest,
    ...(badge === null ? {} : { badge }),
    ...(person === null ? {} : { person }),
  });
  if (answer.kind === "ok") await remembered(core, answer.value.person, badge);
  return answer;
}

/** After a second person signed here the first one's period is over: badge and PIN next time. */
export function signedHere(core: Core, signer: string): void {
  const { signedIn } = core.view();
  if (signedIn === null) return;
  core.set({ signedIn: { ...signedIn, hasSigned: signer === signedIn.person.id } });
}
