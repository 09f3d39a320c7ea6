"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import type { Scan } from "#lib/kit/barcode";
import { canonicalSha256 } from "#lib/kit/canonical";
import { whyNoPasskey } from "#lib/offline/passkeys";
import { signedHere } from "#lib/offline/people";
import { newCommandId } from "#lib/offline/queue";
import { seal } from "#lib/offline/seals";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import { ChooseBeside } from "./choose-beside.tsx";
import { maySelfSign, NeedsConnection, useWhyItWaits } from "./offline-signing.tsx";
import {
  extrasOf,
  type OfflinePerson,
  type OfflineSignerProps,
  PasskeySigner,
} from "./passkey-signer.tsx";
import { PersonMark } from "./person-mark.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import { Notice, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWhoSigns } from "./who-signs.ts";
import { useActing, useWork } from "./work-context.tsx";

/**
 * Without a network: why the signature has to wait; or who signs, by their own passkey, or with badge and PIN typed
 * twice into a box for the server.
 */
export function OfflineSigner(props: OfflineSignerProps) {
  const why = useWhyItWaits(props.at, props.requirement);
  return why === null ? <Signing {...props} /> : <Waiting {...props} code={why} />;
}

function Signing(props: OfflineSignerProps) {
  const work = useWork();
  const { person: own } = work.signedIn;
  const maySelf = maySelfSign(work, props.at, props.requirement);
  const { who, isByBadge, problem, hear, choose, askAgain, turnToBadge } = useWhoSigns(
    props,
    maySelf,
  );
  const { view } = useTablet();
  const onScan = (scan: Scan) => void hear(scan);
  if (who === null) {
    return (
      <ChooseBeside
        {...props}
        problem={problem}
        onScan={onScan}
        onChosen={(person) => void choose(person)}
        onOwn={maySelf ? () => void choose(own) : null}
      />
    );
  }
  const isBeside = who.id !== own.id;
  const signing = {
    ...props,
    signer: who,
    isBeside,
    heard: problem,
    onScan,
    onOther: askAgain,
  };
  const noPasskey = whyNoPasskey(view.session, who);
  return noPasskey === null && !isByBadge ? (
    <PasskeySigner key={who.id} {...signing} onByBadge={() => turnToBadge(true)} />
  ) : (
    <Sealing key={who.id} {...signing} noPasskey={noPasskey} onPasskey={() => turnToBadge(false)} />
  );
}

function Waiting({ code, requirement }: OfflineSignerProps & { code: string }) {
  const t = useTranslations("floor.sign");
  const [isTried, setTried] = useState(false);
  useScan(() => setTried(true));
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-4 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">{t("needsConnection")}</h2>
      <NeedsConnection code={code} type={requirement.type} />
      {isTried ? <ServerProblem problem={{ kind: "silence" }} area="sign" /> : null}
      <Button tone="accept" size="record" className="mt-auto" disabled>
        {t("accept")}
        <span className="block text-[15px] font-[550]">{t("needsShort")}</span>
      </Button>
    </section>
  );
}

/** Nothing here knows a right PIN from a wrong one: only a slip of the finger can be found, by typing twice. */
function useSealing({
  at,
  isSigned,
  early,
  badge,
  heard,
  onScan,
  onBadge,
  onTyping,
  onSigned,
  signer,
  isBeside,
}: OfflineSignerProps & OfflinePerson) {
  const { core, view } = useTablet();
  const { state, content } = useWork();
  const acting = useActing();
  const [first, setFirst] = useState<string | null>(null);
  const [pin, setPin] = useState("");
  const [isDifferent, setDifferent] = useState(false);
  const isTyping = pin !== "" || first !== null;
  useEffect(() => {
    onTyping(isTyping);
    return () => onTyping(false);
  }, [isTyping, onTyping]);
  useScan((scan) => {
    if (acting.isBusy || isSigned) return early.keep(scan);
    setDifferent(false);
    acting.setProblem(null);
    // A badge begins anew, whoever's it is; another label was read by mistake.
    if (scan.kind === "badge" || scan.kind === "plain") {
      setFirst(null);
      setPin("");
    }
    onScan(scan);
  });
  const sign = async (typed: { badge: string; pin: string }) => {
    const { sealing, device } = view.session ?? {};
    if (sealing === undefined || device === undefined) return;
    const done = await acting.run(async (perform) => {
      const command = newCommandId(core.nowMs());
      const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
      const of = { device: device.id, command, person: signer.id, contentSha256 };
      const sealed = await seal(sealing, of, typed);
      return perform(
        "signBuyoff",
        { ...at, contentSha256 },
        extrasOf(sealed, { signer, isBeside }),
      );
    });
    if (!done) return;
    signedHere(core, signer.id);
    onSigned();
  };
  const accept = () => {
    setDifferent(false);
    setPin("");
    if (first === null) return setFirst(pin);
    setFirst(null);
    if (first !== pin) return setDifferent(true);
    if (badge !== null) void sign({ badge, pin });
    onBadge(null);
  };
  const problem = acting.problem ?? heard;
  return { first, pin, setPin, accept, isDifferent, isBusy: acting.isBusy, problem };
}

function Sealing({
  noPasskey,
  onPasskey,
  ...props
}: OfflineSignerProps &
  OfflinePerson & {
    /** Why it is not a passkey; null: the signer has one and chose otherwise. */
    noPasskey: ReturnType<typeof whyNoPasskey>;
    onPasskey: () => void;
  }) {
  const t = useTranslations("floor.sign");
  const passkeys = useTranslations("floor.passkeys");
  const { signedIn } = useWork();
  const { badge, isSigned, signer, isBeside, onOther } = props;
  const { first, pin, setPin, accept, isDifferent, isBusy, problem } = useSealing(props);
  const name = signer.name.split(" ")[0] ?? signer.name;
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-3 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">
        {badge === null
          ? t("offlineTitle", { name })
          : t(first === null ? "offlineFirst" : "offlineAgain")}
      </h2>
      {problem !== null ? (
        <ServerProblem problem={problem} area="sign" />
      ) : isDifferent ? (
        <Notice tone="stop">
          <p className="font-[650]">{t("offlineDiffer")}</p>
          <p className="mt-1">{t("offlineDifferNext")}</p>
        </Notice>
      ) : (
        <p className="flex min-h-touch items-center gap-3.5 rounded border-2 border-rule bg-sheet px-4 py-2 text-[16px] leading-tight">
          <PersonMark initials={signer.initials} />
          <span>
            <b className="block text-[18px]">
              {badge === null && !isBeside ? t("offlineScan") : signer.name}
            </b>
            <span className="text-ink-2">
              {isBeside ? t("besideLead", { name: signedIn.person.name }) : t("offlineLead")}
            </span>
          </span>
        </p>
      )}
      <PinEntry pin={pin} onChange={setPin} disabled={isBusy || badge === null || isSigned} />
      {/* Until a badge is read nothing can be accepted: there is room for whoever signs instead. */}
      {badge === null && !isSigned && !isBusy ? (
        <Button size="record" onClick={onOther}>
          {t("someoneSigns")}
        </Button>
      ) : (
        <Button
          tone="accept"
          size="record"
          busy={isBusy}
          disabled={pin.length < PIN_LENGTH_MIN || isSigned}
          onClick={accept}
        >
          {isSigned ? t("offlineSealed") : t(first === null ? "offlineNext" : "offlineAccept")}
          <span className="block text-[15px] font-[550]">{t("offlineRecorded")}</span>
        </Button>
      )}
      {noPasskey === null ? (
        <Button disabled={isBusy || isSigned} onClick={onPasskey}>
          {t("passkeyInstead")}
        </Button>
      ) : (
        <p className="text-[15px] leading-snug text-ink-2">{passkeys(`why.${noPasskey}`)}</p>
      )}
    </section>
  );
}
