"use client";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { Scan } from "#lib/kit/barcode";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Signature } from "#lib/offline/acts";
import type { OpenTraveler } from "#lib/offline/core";
import { signedHere, signProof } from "#lib/offline/people";
import { newCommandId } from "#lib/offline/queue";
import {
  buyoffContent,
  type Chain,
  chainAt,
  nextOffline,
  nextRequirements,
  pendingAt,
} from "#lib/travelers/buyoffs.rules";
import { whyNotOffline } from "#lib/travelers/offline-signing.rules";
import { isWitnessPoint, witnessCall } from "#lib/travelers/witness.rules";
import { BuyoffChain, BuyoffContent } from "./buyoff-content.tsx";
import { DeclineDialog } from "./decline-dialog.tsx";
import { DemoButton } from "./demo-drawer.tsx";
import { type Early, useEarly } from "./early.ts";
import { OfflineSigner } from "./offline-signer.tsx";
import { maySelfSign, useNextSignature } from "./offline-signing.tsx";
import { PersonMark } from "./person-mark.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import type { Place } from "./place.ts";
import { notABadge, type Problem, problemOf, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { SignedInHere } from "./signed-in-here.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, useWork } from "./work-context.tsx";

const SEEN_MS = 1100;

/** Exactly what is signed on the left; badge and PIN on the right; then back at the first person's step. */
export function BuyoffScreen({
  place,
  onBack,
  onSigned,
}: {
  place: Place;
  onBack: () => void;
  /** With what was scanned while the stamp landed: it is meant for the screen that comes next. */
  onSigned: (early: string | null) => void;
}) {
  const t = useTranslations("floor.sign");
  const common = useTranslations("common");
  const { core } = useTablet();
  const { state, content } = useWork();
  const [isFresh, setFresh] = useState(false);
  const chain = chainAt(state, content, place);
  const requirement = useNextSignature(place);
  const [shown, setShown] = useState(requirement);
  const [isDeclining, setDeclining] = useState(false);
  // Here, so that a network that goes meanwhile asks nobody for their badge again.
  const [badge, setBadge] = useState<string | null>(null);
  const early = useEarly();
  const { isOnline, setTyping } = useSteadyConnection();
  if (chain === null || shown === undefined) return null;
  const after = () => {
    setFresh(true);
    setTimeout(() => {
      setFresh(false);
      onSigned(early.take()?.text ?? null);
    }, SEEN_MS);
  };
  const next = (due: BuyoffRequirement) => {
    setBadge(null);
    setShown(due);
  };
  const afterOffline = () => {
    const due = dueOffline(core.view().open, chain);
    if (due === null) after();
    else next(due);
  };
  const title = chain.step ?? chain.operation;
  const at = { operation: chain.operation.id, step: chain.step?.id ?? null, requirement: shown.id };
  return (
    <main className="floor relative grid h-dvh grid-cols-[minmax(0,1fr)_420px] overflow-hidden max-[1100px]:grid-cols-[minmax(0,1fr)_360px] portrait:grid-cols-1 portrait:grid-rows-[minmax(0,1fr)_minmax(0,600px)]">
      <section className="flex min-h-0 flex-col gap-4 bg-sheet px-10 pt-3 pb-6">
        <Head chain={chain} shown={shown} />
        <BuyoffContent at={at} requirement={shown} title={title.title} />
        <BuyoffChain chain={chain} now={shown.id} isFresh={isFresh} />
        <footer className="flex items-center gap-3">
          <Button tone="stop" disabled={isFresh} onClick={() => setDeclining(true)}>
            {t("decline")}
          </Button>
          <Button className="ml-auto" disabled={isFresh} onClick={onBack}>
            {common("back")}
          </Button>
          <DemoButton />
        </footer>
        {isDeclining ? (
          <DeclineDialog at={at} onClose={() => setDeclining(false)} onDeclined={onBack} />
        ) : null}
      </section>
      {isOnline ? (
        <Signer
          key={shown.id}
          onTyping={setTyping}
          at={at}
          requirement={shown}
          isSigned={isFresh}
          early={early}
          badge={badge}
          onBadge={setBadge}
          onNext={next}
          onAllSigned={after}
        />
      ) : (
        <OfflineSigner
          key={shown.id}
          onTyping={setTyping}
          at={at}
          requirement={shown}
          isSigned={isFresh}
          early={early}
          badge={badge}
          onBadge={setBadge}
          onSigned={afterOffline}
        />
      )}
    </main>
  );
}

/** Which unit, where in which instruction, which signature of how many; connection and who is signed in. */
function Head({ chain, shown }: { chain: Chain; shown: BuyoffRequirement }) {
  const t = useTranslations("floor.sign");
  const types = useTranslations("common.buyoffType");
  const { state, content } = useWork();
  const { number } = chain.step ?? chain.operation;
  const index = chain.requirements.findIndex(({ id }) => id === shown.id);
  return (
    <header className="flex items-center justify-between gap-4 text-[16px] text-ink-2">
      <span className="min-w-0 leading-tight wrap-anywhere">
        <b className="mono block text-[20px] text-ink">{state.unit.serial ?? state.unit.lot}</b>
        {t("where", { number })} · <span className="mono">{content.number}</span>{" "}
        {t("revision", { revision: content.revision })}
        <span className="block">
          {t("which", {
            type: types(shown.type),
            at: String(index + 1),
            total: String(chain.requirements.length),
          })}
        </span>
      </span>
      <SignedInHere />
    </header>
  );
}

/** A network that comes and goes takes no half-typed PIN from under anybody's fingers: either way of signing is good. */
function useSteadyConnection() {
  const { view } = useTablet();
  const [isTyping, setTyping] = useState(false);
  const [isOnline, setOnline] = useState(view.online);
  if (isOnline !== view.online && !isTyping) setOnline(view.online);
  return { isOnline, setTyping };
}

/** Who is asked for after a signature that waits: somebody else over it, if it may be. Null: the work goes on. */
function dueOffline(open: OpenTraveler | null, chain: Chain): BuyoffRequirement | null {
  if (open === null) return null;
  const { state, packet } = open;
  const due = nextOffline(state, chain);
  if (due === undefined) return null;
  const { operation, step } = chain;
  const place = { operation: operation.id, step: step?.id ?? null, requirement: due.id };
  if (pendingAt(state, place) !== null) return null;
  const asked = { chain, requirement: due };
  return whyNotOffline(state, packet.content, asked, packet.policy) === null ? due : null;
}

type At = { operation: string; step: string | null; requirement: string };

function useSigning(at: At, onDone: () => void, onRefused: () => void, onOver: () => void) {
  const { core } = useTablet();
  const { state, content, signedIn } = useWork();
  const acting = useActing();
  const [problem, setProblem] = useState<Problem | null>(null);
  const sign = async (pin: string, badge: string | null) => {
    const commandId = newCommandId(core.nowMs());
    const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
    setProblem(null);
    const done = await acting.run(async (perform) => {
      const person = badge === null ? signedIn.person.id : null;
      const answer = await signProof(core, {
        command: commandId,
        contentSha256,
        pin,
        badge,
        person,
      });
      if (answer.kind !== "ok") {
        // What can be signed without the server is offered then; what can't says so.
        if (answer.kind === "silence") core.set({ online: false });
        setProblem(problemOf(answer));
        if (answer.kind === "refused" && answer.error.code === "badge_needed") signedHere(core, "");
        return { kind: "done" };
      }
      const { proof, method, person: signer } = answer.value;
      const signature: Signature = { commandId, contentSha256, proof, method, person: signer };
      const isSelf = signer.id === signedIn.person.id;
      const outcome = await perform(
        "signBuyoff",
        { ...at, contentSha256 },
        isSelf ? { signature } : { second: signature },
      );
      signedHere(core, signer.id);
      // Whoever may not sign makes room: the next PIN is not tried on the same badge.
      if (outcome.kind === "refused") onRefused();
      return outcome;
    });
    const { open } = core.view();
    const isSigned =
      done &&
      open?.state.buyoffs.some(
        (one) =>
          one.requirement === at.requirement &&
          one.status === "signed" &&
          one.contentSha256 === contentSha256,
      );
    if (isSigned === true) onDone();
    else onOver();
  };
  const forget = () => {
    setProblem(null);
    acting.setProblem(null);
  };
  const shown = problem ?? acting.problem;
  return { sign, forget, tell: setProblem, isBusy: acting.isBusy, problem: shown };
}

/** Whose badge and PIN are being given. A badge read while a signature is on its way waits for its turn. */
function useSigner(
  { at, isSigned, early, badge, onBadge: setBadge, onTyping }: SignerProps,
  onDone: () => void,
) {
  const [pin, setPin] = useState("");
  const isTyping = pin !== "";
  useEffect(() => {
    onTyping(isTyping);
    return () => onTyping(false);
  }, [isTyping, onTyping]);
  const hear = (scan: Scan) => {
    if (scan.kind !== "badge" && scan.kind !== "plain") return tell(notABadge(scan.text));
    setBadge(scan.text);
    setPin("");
  };
  const hearEarly = () => {
    const scan = early.take();
    if (scan !== null) hear(scan);
  };
  const makeRoom = () => setBadge(null);
  const signing = useSigning(at, onDone, makeRoom, hearEarly);
  const { sign, forget, tell, isBusy, problem } = signing;
  const begin = useEffectEvent(hearEarly);
  useEffect(() => begin(), []);
  useScan((scan) => {
    if (isBusy || isSigned) return early.keep(scan);
    forget();
    hear(scan);
  });
  const accept = () => {
    setPin("");
    void sign(pin, badge);
  };
  return { pin, setPin, accept, isBusy, problem };
}

type SignerProps = {
  at: At;
  requirement: BuyoffRequirement;
  isSigned: boolean;
  early: Early;
  badge: string | null;
  onBadge: (badge: string | null) => void;
  onTyping: (isTyping: boolean) => void;
  onNext: (requirement: BuyoffRequirement) => void;
  onAllSigned: () => void;
};

function Signer(props: SignerProps) {
  const { at, requirement, isSigned, badge, onNext, onAllSigned } = props;
  const t = useTranslations("floor.sign");
  const types = useTranslations("common.buyoffType");
  const { core } = useTablet();
  const work = useWork();
  const { content, signedIn } = work;
  const maySelf = maySelfSign(work, at, requirement);
  const next = () => {
    const { open } = core.view();
    const chain = open === null ? null : chainAt(open.state, content, at);
    const due =
      open === null || chain === null ? undefined : nextRequirements(open.state, chain)[0];
    // Whoever has to be called before they can sign isn't waited for with the keypad open.
    const isToCall =
      open !== null &&
      chain !== null &&
      due !== undefined &&
      isWitnessPoint(due) &&
      witnessCall(open.state, chain, due) === null;
    if (due === undefined || isToCall) onAllSigned();
    else onNext(due);
  };
  const { pin, setPin, accept, isBusy, problem } = useSigner(props, next);
  const needsBadge = badge === null && !(maySelf && signedIn.hasSigned);
  const first = signedIn.person.name.split(" ")[0] ?? signedIn.person.name;
  const stamp =
    requirement.stamp && maySelf && badge === null
      ? (signedIn.person.stamps[0]?.number ?? null)
      : null;
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-3 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">
        {needsBadge
          ? maySelf
            ? t("titleSelfBadge", { name: first })
            : t("titleOther", { type: types(requirement.type) })
          : badge === null
            ? t("titleSelf", { name: first })
            : t("titleBadge")}
      </h2>
      {problem === null ? (
        <p className="flex min-h-touch items-center gap-3.5 rounded border-2 border-rule bg-sheet px-4 py-2 text-[16px] leading-tight">
          {badge === null && maySelf ? <PersonMark initials={signedIn.person.initials} /> : null}
          <span>
            <b className="block text-[18px]">
              {badge !== null ? t("badgeRead") : maySelf ? signedIn.person.name : t("someoneElse")}
            </b>
            <span className="text-ink-2">{t(needsBadge ? "scanFirst" : "pinAccepts")}</span>
          </span>
        </p>
      ) : (
        <ServerProblem problem={problem} area="sign" />
      )}
      <PinEntry pin={pin} onChange={setPin} disabled={isBusy || needsBadge || isSigned} />
      <Button
        tone="accept"
        size="record"
        busy={isBusy}
        disabled={needsBadge || pin.length < PIN_LENGTH_MIN || isSigned}
        onClick={accept}
      >
        {isSigned ? t("signed") : stamp === null ? t("accept") : t("acceptStamp", { stamp })}
        <span className="block text-[15px] font-[550]">{t("recorded")}</span>
      </Button>
    </section>
  );
}
