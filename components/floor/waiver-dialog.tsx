"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { plusMinutes } from "#lib/kit/time";
import { textHash } from "#lib/travelers/ruling.rules";
import type { Waiver } from "#lib/travelers/state.schema";
import { waiverContent, waiverHoursMax } from "#lib/travelers/waivers.rules";
import { useMomentText } from "./language.tsx";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useSecondSignature } from "./second-signature.ts";
import { usePlantInstant } from "./use-now.ts";
import { useActing, usePeople, useWork } from "./work-context.tsx";

const hoursOffered = [2, 8, 12, waiverHoursMax] as const;

type Asked = { waiver: string; validUntil: string; reason: string };

/**
 * A waiver for whoever is signed in, on this unit alone: a lead asks, quality grants. Both at this tablet
 * one after the other, or the grant later at the desk.
 */
export function WaiverDialog({
  qualification,
  waiting,
  onClose,
}: {
  qualification: string;
  /** Asked for already: what is left is the grant. */
  waiting: Waiver | null;
  onClose: () => void;
}) {
  const t = useTranslations("floor.waiver");
  const { signedIn } = useWork();
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <Dialog
      title={t("title", { code: qualification, person: signedIn.person.name })}
      onClose={onClose}
      dismissable={false}
      className="w-[980px]"
    >
      {waiting !== null ? (
        <Grant waiver={waiting} onClose={onClose} />
      ) : asked !== null ? (
        <Ask qualification={qualification} asked={asked} onBack={() => setAsked(null)} />
      ) : (
        <Fill onNext={setAsked} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Fill({ onNext, onClose }: { onNext: (asked: Asked) => void; onClose: () => void }) {
  const t = useTranslations("floor.waiver");
  const common = useTranslations("common");
  const { state } = useWork();
  const now = usePlantInstant();
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState<number>(8);
  const next = async () => {
    const validUntil = plusMinutes(await now(), hours * 60);
    onNext({ waiver: uuidv7(), validUntil, reason: reason.trim() });
  };
  const unit = state.unit.serial ?? state.unit.lot ?? "";
  return (
    <div className="grid gap-5">
      <p className="text-[18px] text-ink-2">{t("explain", { unit })}</p>
      <ReasonEntry list="waive" reason={reason} onChange={setReason} />
      <fieldset className="grid grid-cols-4 gap-2" aria-label={t("howLong")}>
        {hoursOffered.map((one) => (
          <Choice key={one} isOn={hours === one} onPress={() => setHours(one)}>
            {t("hours", { hours: one })}
          </Choice>
        ))}
      </fieldset>
      <div className="flex justify-between gap-10">
        <Button onClick={onClose}>{common("back")}</Button>
        <Button
          tone="act"
          size="record"
          className="min-w-72"
          disabled={reason.trim() === ""}
          onClick={() => void next()}
        >
          {t("next")}
        </Button>
      </div>
    </div>
  );
}

function Ask({
  qualification,
  asked,
  onBack,
}: {
  qualification: string;
  asked: Asked;
  onBack: () => void;
}) {
  const t = useTranslations("floor.waiver");
  const { state, signedIn, packet } = useWork();
  const { isBusy, problem, run } = useActing();
  const sign = useSecondSignature();
  const of = { ...asked, person: signedIn.person.id, qualification };
  const rule = packet.qualificationRules.find(({ code }) => code === qualification);
  const request = async (badge: string, pin: string) => {
    const shown = waiverContent(state, { ...of, reason: textHash(asked.reason) });
    const body = { ...of, contentSha256: canonicalSha256(shown) };
    await run((perform) => sign(perform, { type: "requestWaiver", body, shown, badge, pin }));
  };
  return (
    <SecondPerson
      lead={t(rule?.waivableBy === "quality" ? "leadAsks" : "supervisorAsks")}
      asks="scanOwn"
      isBusy={isBusy}
      onSecond={request}
      onBack={onBack}
    >
      <Terms {...of} />
      {problem === null ? null : <ServerProblem problem={problem} area="sign" />}
    </SecondPerson>
  );
}

/** Quality grants what another has asked for; not now is no loss: the desk lists what waits. */
export function Grant({ waiver, onClose }: { waiver: Waiver; onClose: () => void }) {
  const t = useTranslations("floor.waiver");
  const person = usePeople();
  const { state, packet } = useWork();
  const { isBusy, problem, run } = useActing();
  const sign = useSecondSignature();
  const grant = async (badge: string, pin: string) => {
    const shown = waiverContent(state, { ...waiver, waiver: waiver.id });
    const body = { waiver: waiver.id, contentSha256: canonicalSha256(shown) };
    const act = { type: "grantWaiver" as const, body, shown, badge, pin };
    if (await run((perform) => sign(perform, act))) onClose();
  };
  return (
    <SecondPerson
      lead={t("qualityGrants", { person: person(waiver.requestedBy).name })}
      asks="scanOwn"
      leave={t("later")}
      isBusy={isBusy}
      onSecond={grant}
      onBack={onClose}
    >
      <Terms {...waiver} reason={packet.texts[waiver.reason] ?? ""} />
      {problem === null ? null : <ServerProblem problem={problem} area="sign" />}
    </SecondPerson>
  );
}

/** What both sign, in words. */
function Terms(of: { person: string; qualification: string; validUntil: string; reason: string }) {
  const t = useTranslations("floor.waiver");
  const moment = useMomentText();
  const person = usePeople();
  const { state } = useWork();
  const lines = [
    [t("terms.person"), person(of.person).name],
    [t("terms.qualification"), of.qualification],
    [t("terms.unit"), state.unit.serial ?? state.unit.lot ?? ""],
    [t("terms.until"), moment(of.validUntil)],
    [t("terms.reason"), of.reason],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-t-2 border-rule pt-3 text-[18px]">
      {lines.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className="font-[650] wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
