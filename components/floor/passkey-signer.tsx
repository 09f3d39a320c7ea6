"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { Scan } from "#lib/kit/barcode";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { ActExtras, Seal } from "#lib/offline/acts";
import { assertPasskey } from "#lib/offline/passkeys";
import { signedHere } from "#lib/offline/people";
import { newCommandId } from "#lib/offline/queue";
import type { FloorPerson } from "#lib/offline/wire.schema";
import { type BuyoffPlace, buyoffContent } from "#lib/travelers/buyoffs.rules";
import type { Early } from "./early.ts";
import { PersonMark } from "./person-mark.tsx";
import { type Problem, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** Of whoever is signed in, or of the person beside them. */
export const extrasOf = (
  seal: Seal,
  { signer, isBeside }: Pick<OfflinePerson, "signer" | "isBeside">,
): ActExtras => ({ seal, ...(isBeside && { beside: signer }) });

const notGiven = { code: "passkey_not_given", params: {} };

/** Who signs, and whether they do beside whoever is signed in; what a badge that was read meanwhile came to. */
export type OfflinePerson = {
  signer: FloorPerson;
  isBeside: boolean;
  heard: Problem | null;
  onScan: (scan: Scan) => void;
  onOther: () => void;
};

export type OfflineSignerProps = {
  at: BuyoffPlace;
  requirement: BuyoffRequirement;
  isSigned: boolean;
  early: Early;
  /** Read before the network was gone: it needn't be scanned again. */
  badge: string | null;
  onBadge: (badge: string | null) => void;
  /** Something of a PIN stands there that would be lost. */
  onTyping: (isTyping: boolean) => void;
  onSigned: () => void;
};

/** The signer's own passkey over the act, kept until the server can check it. */
export function PasskeySigner({
  at,
  isSigned,
  early,
  heard,
  onScan,
  onSigned,
  onByBadge,
  onOther,
  signer: person,
  isBeside,
}: OfflineSignerProps & OfflinePerson & { onByBadge: () => void }) {
  const t = useTranslations("floor.sign");
  const { core, view } = useTablet();
  const { state, content, signedIn } = useWork();
  const acting = useActing();
  useScan((scan) => {
    if (acting.isBusy || isSigned) return early.keep(scan);
    acting.setProblem(null);
    onScan(scan);
  });
  const sign = async () => {
    const { passkeys: party, device } = view.session ?? {};
    if (party == null || device === undefined) return;
    const done = await acting.run(async (perform) => {
      const command = newCommandId(core.nowMs());
      const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
      const of = { device: device.id, command, person: person.id, contentSha256 };
      const seal = await assertPasskey(party.id, person.passkeys ?? [], of);
      if (seal === null) return { kind: "refused", refusal: notGiven };
      return perform(
        "signBuyoff",
        { ...at, contentSha256 },
        extrasOf(seal, { signer: person, isBeside }),
      );
    });
    if (!done) return;
    signedHere(core, person.id);
    onSigned();
  };
  const name = person.name.split(" ")[0] ?? person.name;
  const problem = acting.problem ?? heard;
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-4 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">{t("passkeyTitle", { name })}</h2>
      <p className="flex min-h-touch items-center gap-3.5 rounded border-2 border-rule bg-sheet px-4 py-2 text-[16px] leading-tight">
        <PersonMark initials={person.initials} />
        <span>
          <b className="block text-[18px] [overflow-wrap:anywhere]">
            {isBeside ? `${person.name} · ` : ""}
            {(person.passkeys ?? []).map((one) => one.name).join(" · ")}
          </b>
          <span className="text-ink-2">
            {isBeside ? t("besideLead", { name: signedIn.person.name }) : t("passkeyLead")}
          </span>
        </span>
      </p>
      {problem === null ? null : <ServerProblem problem={problem} area="sign" />}
      <Button className="mt-auto" disabled={acting.isBusy || isSigned} onClick={onByBadge}>
        {t("passkeyOther")}
      </Button>
      <Button disabled={acting.isBusy || isSigned} onClick={onOther}>
        {t("someoneSigns")}
      </Button>
      <Button
        tone="accept"
        size="record"
        busy={acting.isBusy}
        disabled={isSigned}
        onClick={() => void sign()}
      >
        {isSigned ? t("signed") : t("passkeyAccept")}
        <span className="block text-[15px] font-[550]">{t("offlineRecorded")}</span>
      </Button>
    </section>
  );
}
