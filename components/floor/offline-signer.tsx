"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { Scan } from "#lib/kit/barcode";
import { canonicalSha256 } from "#lib/kit/canonical";
import { newCommandId } from "#lib/offline/queue";
import { seal } from "#lib/offline/seals";
import { type BuyoffPlace, buyoffContent } from "#lib/travelers/buyoffs.rules";
import { NeedsConnection, useWhyItWaits } from "./offline-signing.tsx";
import { PersonMark } from "./person-mark.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import { Notice, notABadge, type Problem, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, useWork } from "./work-context.tsx";

type OfflineSignerProps = {
  at: BuyoffPlace;
  requirement: BuyoffRequirement;
  isSigned: boolean;
  onSigned: () => void;
};

/** Without a network: why the signature has to wait, or badge and PIN typed twice into a box for the server. */
export function OfflineSigner(props: OfflineSignerProps) {
  const t = useTranslations("floor.sign");
  const why = useWhyItWaits(props.at, props.requirement);
  if (why === null) return <Sealing {...props} />;
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-4 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">{t("needsConnection")}</h2>
      <NeedsConnection code={why} type={props.requirement.type} />
      <Button tone="accept" size="record" className="mt-auto" disabled>
        {t("accept")}
        <span className="block text-[15px] font-[550]">{t("needsShort")}</span>
      </Button>
    </section>
  );
}

/** Nothing here knows a right PIN from a wrong one: only a slip of the finger can be found, by typing twice. */
function useSealing({ at, isSigned, onSigned }: OfflineSignerProps) {
  const { core, view } = useTablet();
  const { state, content, signedIn } = useWork();
  const acting = useActing();
  const [badge, setBadge] = useState<string | null>(null);
  const [first, setFirst] = useState<string | null>(null);
  const [pin, setPin] = useState("");
  const [isDifferent, setDifferent] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = (scanned: string | null) => {
    setBadge(scanned);
    setFirst(null);
    setPin("");
  };
  useScan((scan: Scan) => {
    if (acting.isBusy || isSigned) return;
    setDifferent(false);
    acting.setProblem(null);
    const isBadge = scan.kind === "badge" || scan.kind === "plain";
    setProblem(isBadge ? null : notABadge(scan.text));
    if (isBadge) begin(scan.text);
  });
  const sign = async (typed: { badge: string; pin: string }) => {
    const { sealing, device } = view.session ?? {};
    if (sealing === undefined || device === undefined) return;
    const done = await acting.run(async (perform) => {
      const command = newCommandId(core.nowMs());
      const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
      const of = { device: device.id, command, person: signedIn.person.id, contentSha256 };
      return perform(
        "signBuyoff",
        { ...at, contentSha256 },
        { seal: await seal(sealing, of, typed) },
      );
    });
    if (done) onSigned();
  };
  const accept = () => {
    setDifferent(false);
    setPin("");
    if (first === null) return setFirst(pin);
    setFirst(null);
    if (first !== pin) return setDifferent(true);
    if (badge !== null) void sign({ badge, pin });
    setBadge(null);
  };
  const shown = problem ?? acting.problem;
  return { badge, first, pin, setPin, accept, isDifferent, isBusy: acting.isBusy, problem: shown };
}

function Sealing(props: OfflineSignerProps) {
  const t = useTranslations("floor.sign");
  const { signedIn } = useWork();
  const { isSigned } = props;
  const { badge, first, pin, setPin, accept, isDifferent, isBusy, problem } = useSealing(props);
  const name = signedIn.person.name.split(" ")[0] ?? signedIn.person.name;
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
          <PersonMark initials={signedIn.person.initials} />
          <span>
            <b className="block text-[18px]">
              {badge === null ? t("offlineScan") : signedIn.person.name}
            </b>
            <span className="text-ink-2">{t("offlineLead")}</span>
          </span>
        </p>
      )}
      <PinEntry pin={pin} onChange={setPin} disabled={isBusy || badge === null || isSigned} />
      <Button
        tone="accept"
        size="record"
        busy={isBusy}
        disabled={badge === null || pin.length < PIN_LENGTH_MIN || isSigned}
        onClick={accept}
      >
        {isSigned ? t("offlineSealed") : t(first === null ? "offlineNext" : "offlineAccept")}
        <span className="block text-[15px] font-[550]">{t("offlineRecorded")}</span>
      </Button>
    </section>
  );
}
