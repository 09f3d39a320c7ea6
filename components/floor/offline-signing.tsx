"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { RefusalText } from "#components/refusal-text";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { TabletView } from "#lib/offline/core";
import { knownHere } from "#lib/offline/known";
import type { FloorPerson } from "#lib/offline/wire.schema";
import {
  type BuyoffPlace,
  chainAt,
  coveredSteps,
  nextOffline,
  nextRequirements,
  pendingAt,
  performers,
  signatureAt,
} from "#lib/travelers/buyoffs.rules";
import { whyNotOffline } from "#lib/travelers/offline-signing.rules";
import type { Place } from "./place.ts";
import { Notice, ServerProblem } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWork, type Work } from "./work-context.tsx";

type Here = Pick<Work, "state" | "content" | "signedIn">;

/** Whether the signed-in person may be the one: role, and no own work where somebody else has to look. */
export const maySelfSign = (here: Here, at: BuyoffPlace, requirement: BuyoffRequirement): boolean =>
  mayGive(here, at, requirement, here.signedIn.person);

function mayGive(
  { state, content }: Here,
  at: BuyoffPlace,
  requirement: BuyoffRequirement,
  { id, roles }: FloorPerson,
): boolean {
  const chain = chainAt(state, content, at);
  if (chain === null || !roles.includes(requirement.role)) return false;
  const hasSigned = chain.requirements.some((one) => {
    const place = { ...at, requirement: one.id };
    const isOther = one.id !== requirement.id;
    return isOther && (signatureAt(state, place) ?? pendingAt(state, place))?.person === id;
  });
  if (hasSigned) return false;
  if (requirement.type === "operator" || requirement.selfVerification !== undefined) return true;
  const steps = coveredSteps(state, content, chain, requirement.type);
  return !performers(state, steps).includes(id);
}

/** Who may sign beside whoever is signed in, of those that this tablet knows. Null: it has not looked yet. */
export function useBeside(
  at: BuyoffPlace,
  requirement: BuyoffRequirement,
): readonly FloorPerson[] | null {
  const work = useWork();
  const { core } = useTablet();
  const [known, setKnown] = useState<readonly FloorPerson[] | null>(null);
  useEffect(() => {
    let isGone = false;
    void knownHere(core).then((found) => {
      if (!isGone) setKnown(found);
    });
    return () => {
      isGone = true;
    };
  }, [core]);
  if (known === null) return null;
  return known.filter(
    (person) => person.id !== work.signedIn.person.id && mayGive(work, at, requirement, person),
  );
}

/** What is asked for next at a place: without a network a second operator signs over what waits itself. */
export function useNextSignature(place: Place | null): BuyoffRequirement | undefined {
  const { state, content } = useWork();
  const { view } = useTablet();
  const chain = place === null ? null : chainAt(state, content, place);
  if (chain === null) return undefined;
  return view.online ? nextRequirements(state, chain)[0] : nextOffline(state, chain);
}

/** Why this signature has to wait for the connection: said before anybody tries it. Null: it need not. */
function whyItWaits(
  work: Work,
  session: TabletView["session"],
  { at, requirement, beside }: Asked & { beside: readonly FloorPerson[] | null },
): string | null {
  const { state, content, packet } = work;
  const chain = chainAt(state, content, at);
  if (chain === null) return null;
  const why = whyNotOffline(state, content, { chain, requirement }, packet.policy);
  if (why !== null) return why;
  if (beside?.length === 0 && !maySelfSign(work, at, requirement)) return "offline_signer";
  return session?.sealing === undefined ? "offline_no_key" : null;
}

type Asked = { at: BuyoffPlace; requirement: BuyoffRequirement };

export function useWhyItWaits(at: BuyoffPlace, requirement: BuyoffRequirement): string | null {
  const work = useWork();
  const { view } = useTablet();
  const beside = useBeside(at, requirement);
  return view.online ? null : whyItWaits(work, view.session, { at, requirement, beside });
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

/** Before the buyoff is opened: what it needs, where there is no connection; else what is to be done. */
export function WaitsForConnection({ place, children }: { place: Place; children: ReactNode }) {
  const requirement = useNextSignature(place);
  return requirement === undefined ? (
    children
  ) : (
    <Waits at={{ ...place, requirement: requirement.id }} requirement={requirement}>
      {children}
    </Waits>
  );
}

function Waits({ at, requirement, children }: Asked & { children: ReactNode }) {
  const why = useWhyItWaits(at, requirement);
  return why === null ? children : <NeedsConnection code={why} type={requirement.type} />;
}

/** Signed here without a network, or at a tablet whose box has not come: said where the signature would be asked for. */
export function usePending(place: Place | null): "here" | "elsewhere" | null {
  const { state } = useWork();
  const { view } = useTablet();
  const requirement = useNextSignature(place);
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
