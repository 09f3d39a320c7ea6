"use client";
import { useTranslations } from "next-intl";
import { Suspense } from "react";
import { RefusalText } from "#components/refusal-text";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { TabletView } from "#lib/offline/core";
import {
  type BuyoffPlace,
  chainAt,
  coveredSteps,
  nextRequirements,
  pendingAt,
  performers,
} from "#lib/travelers/buyoffs.rules";
import { whyNotOffline } from "#lib/travelers/offline-signing.rules";
import type { Place } from "./place.ts";
import { Notice, ServerProblem } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWork, type Work } from "./work-context.tsx";

/** Whether the signed-in person may be the one: role, and no own work where somebody else has to look. */
export function maySelfSign(
  { state, content, signedIn }: Pick<Work, "state" | "content" | "signedIn">,
  at: BuyoffPlace,
  requirement: BuyoffRequirement,
): boolean {
  const chain = chainAt(state, content, at);
  if (chain === null || !signedIn.person.roles.includes(requirement.role)) return false;
  if (requirement.type === "operator" || requirement.selfVerification !== undefined) return true;
  const steps = coveredSteps(state, content, chain, requirement.type);
  return !performers(state, steps).includes(signedIn.person.id);
}

/** Why this signature has to wait for the connection: said before anybody tries it. Null: it need not. */
function whyItWaits(
  work: Work,
  session: TabletView["session"],
  at: BuyoffPlace,
  requirement: BuyoffRequirement,
): string | null {
  const { state, content, packet } = work;
  const chain = chainAt(state, content, at);
  if (chain === null) return null;
  const why = whyNotOffline(state, content, { chain, requirement }, packet.policy);
  if (why !== null) return why;
  if (!maySelfSign(work, at, requirement)) return "offline_signer";
  return session?.sealing === undefined ? "offline_no_key" : null;
}

export function useWhyItWaits(at: BuyoffPlace, requirement: BuyoffRequirement): string | null {
  const work = useWork();
  const { view } = useTablet();
  return view.online ? null : whyItWaits(work, view.session, at, requirement);
}

/** The reason in the words of the rules. */
export function NeedsConnection({ code, type }: { code: string; type: BuyoffRequirement["type"] }) {
  if (code === "offline_no_key") {
    return <ServerProblem problem={{ kind: "refused", code, params: {} }} area="sign" />;
  }
  return (
    <Suspense>
      <Notice tone="warn" role="status">
        <RefusalText code={code} params={{ type }} />
      </Notice>
    </Suspense>
  );
}

/** Before the buyoff is opened: what it needs, where there is no connection. */
export function WaitsForConnection({ place }: { place: Place }) {
  const { state, content } = useWork();
  const chain = chainAt(state, content, place);
  const requirement = chain === null ? undefined : nextRequirements(state, chain)[0];
  return requirement === undefined ? null : (
    <Waits at={{ ...place, requirement: requirement.id }} requirement={requirement} />
  );
}

function Waits({ at, requirement }: { at: BuyoffPlace; requirement: BuyoffRequirement }) {
  const why = useWhyItWaits(at, requirement);
  return why === null ? null : <NeedsConnection code={why} type={requirement.type} />;
}

/** Signed here without a network, or at a tablet whose box has not come: said where the signature would be asked for. */
export function usePending(place: Place | null): "here" | "elsewhere" | null {
  const { state, content } = useWork();
  const { view } = useTablet();
  const chain = place === null ? null : chainAt(state, content, place);
  const requirement = chain === null ? undefined : nextRequirements(state, chain)[0];
  if (place === null || requirement === undefined) return null;
  const pending = pendingAt(state, { ...place, requirement: requirement.id });
  if (pending === null) return null;
  return view.online && view.unverified === 0 && view.unsent === 0 ? "elsewhere" : "here";
}

export function PendingNote({ where }: { where: "here" | "elsewhere" }) {
  const t = useTranslations("floor.entry");
  return (
    <Notice tone="warn" role="status">
      <p>{t(where === "here" ? "pendingHere" : "pendingElsewhere")}</p>
    </Notice>
  );
}
