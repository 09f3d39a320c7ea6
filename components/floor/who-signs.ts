"use client";
import { useEffect, useEffectEvent, useState } from "react";
import { parseScan, type Scan } from "#lib/kit/barcode";
import { canonicalSha256 } from "#lib/kit/canonical";
import { foretoldBeside, introduce } from "#lib/offline/beside";
import { ownerOf } from "#lib/offline/known";
import type { FloorPerson } from "#lib/offline/wire.schema";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import type { OfflineSignerProps } from "./passkey-signer.tsx";
import { notABadge, type Problem } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

/** Null: nobody has said yet who signs. */
type Who = FloorPerson | null;

/**
 * Who signs without a network: whoever is signed in, whoever says so, and whoever's badge it is where the server has
 * said so here. What the rules would refuse them is said now, and not after a PIN. No badge is let go without a word.
 */
export function useWhoSigns(props: OfflineSignerProps, maySelf: boolean) {
  const { at, badge, early, onBadge } = props;
  const { core, foretell } = useTablet();
  const { state, content, signedIn } = useWork();
  const [who, setWho] = useState<Who>(maySelf ? signedIn.person : null);
  // A scanned badge means badge and PIN, also where there is a passkey.
  const [isByBadge, setByBadge] = useState(badge !== null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const turnTo = (person: Who, scanned: string | null) => {
    onBadge(scanned);
    setByBadge(scanned !== null);
    setProblem(null);
    setWho(person);
  };
  const choose = async (person: FloorPerson, scanned: string | null = null) => {
    const beside = person.id === signedIn.person.id ? null : person;
    const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
    const refusal = await foretoldBeside(core, foretell, { ...at, contentSha256 }, beside);
    if (refusal !== null) return setProblem({ kind: "refused", ...refusal });
    if (beside !== null) await introduce(core, state.id, beside);
    turnTo(person, scanned);
  };
  const hear = async ({ kind, text }: Scan) => {
    if (kind !== "badge" && kind !== "plain") return setProblem(notABadge(text));
    const owner = await ownerOf(core, text);
    if (owner !== null && owner.id !== who?.id) return choose(owner, text);
    if (who === null) return setProblem({ kind: "refused", code: "badge_not_told", params: {} });
    turnTo(who, text);
  };
  const begin = useEffectEvent(() => {
    const scan = early.take() ?? (badge === null ? null : parseScan(badge));
    if (scan !== null) void hear(scan);
  });
  useEffect(() => begin(), []);
  const askAgain = () => turnTo(null, null);
  const turnToBadge = (isWanted: boolean) => {
    turnTo(who, null);
    setByBadge(isWanted);
  };
  return { who, isByBadge, problem, hear, choose, askAgain, turnToBadge };
}
