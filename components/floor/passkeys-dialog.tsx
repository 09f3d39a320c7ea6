"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { enrolPasskey, whyNoPasskeys, withdrawPasskey } from "#lib/offline/passkeys";
import type { HeldPasskey } from "#lib/offline/wire.schema";
import { Notice, type Problem, problemOf, ServerProblem } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useTablet } from "./tablet-context.tsx";

/** What is being done: another one is enrolled, or one is withdrawn; then badge and PIN say who does it. */
type Doing = { passkey: HeldPasskey | null; words: string; isIdentifying: boolean };

/** The passkeys of whoever is signed in: what signs without a network, besides badge and PIN. */
export function PasskeysDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("floor.passkeys");
  const { core } = useTablet();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = (passkey: HeldPasskey | null) => {
    setProblem(null);
    setDoing({ passkey, words: "", isIdentifying: false });
  };
  const send = async ({ passkey, words }: Doing, typed: { badge: string; pin: string }) => {
    setBusy(true);
    setProblem(null);
    const said = words.trim();
    const answer = await (passkey === null
      ? enrolPasskey(core, { ...typed, name: said })
      : withdrawPasskey(core, { ...typed, passkey: passkey.id, reason: said }));
    setBusy(false);
    if (answer.kind === "ok") setDoing(null);
    else setProblem(problemOf(answer));
  };
  const title =
    doing === null
      ? t("title")
      : doing.passkey === null
        ? t("addTitle")
        : t("withdrawTitle", { name: doing.passkey.name });
  return (
    <Dialog title={title} onClose={onClose} dismissable={!isBusy} className="w-[900px]">
      {doing === null ? (
        <Held onAdd={() => begin(null)} onWithdraw={begin} onClose={onClose} />
      ) : doing.isIdentifying ? (
        <SecondPerson
          lead={t(doing.passkey === null ? "addLead" : "withdrawLead")}
          asks="scanOwn"
          isBusy={isBusy}
          onSecond={(badge, pin) => send(doing, { badge, pin })}
          onBack={() => setDoing({ ...doing, isIdentifying: false })}
        >
          {problem === null ? null : <ServerProblem problem={problem} area="act" />}
        </SecondPerson>
      ) : (
        <Saying
          doing={doing}
          onWords={(words) => setDoing({ ...doing, words })}
          onBack={() => setDoing(null)}
          onNext={() => setDoing({ ...doing, isIdentifying: true })}
        />
      )}
    </Dialog>
  );
}

function Held({
  onAdd,
  onWithdraw,
  onClose,
}: {
  onAdd: () => void;
  onWithdraw: (passkey: HeldPasskey) => void;
  onClose: () => void;
}) {
  const t = useTranslations("floor.passkeys");
  const common = useTranslations("common");
  const { view } = useTablet();
  const held = view.signedIn?.person.passkeys ?? [];
  const why = whyNoPasskeys(view.session);
  return (
    <div className="grid gap-5">
      <p className="text-[18px] leading-snug text-ink-2">{t("explain")}</p>
      {held.length === 0 ? (
        <p className="text-[18px]">{t("none")}</p>
      ) : (
        <ul className="max-h-72 overflow-auto">
          {held.map((passkey) => (
            <li
              key={passkey.id}
              className="flex items-center justify-between gap-4 border-b border-rule py-2 text-[18px] [overflow-wrap:anywhere]"
            >
              <b>{passkey.name}</b>
              <Button disabled={!view.online} onClick={() => onWithdraw(passkey)}>
                {t("withdraw")}
                <span className="sr-only"> {passkey.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {why !== null ? (
        <Notice tone="warn" role="status">
          <p>{t(`why.${why}`)}</p>
        </Notice>
      ) : view.online ? null : (
        <Notice tone="warn" role="status">
          <p>{t("needsConnection")}</p>
        </Notice>
      )}
      <div className="flex justify-between gap-10">
        <Button onClick={onClose}>{common("close")}</Button>
        <Button
          tone="act"
          size="record"
          className="min-w-72"
          disabled={why !== null || !view.online}
          onClick={onAdd}
        >
          {t("add")}
        </Button>
      </div>
    </div>
  );
}

/** What it is to be called, or why it is withdrawn. */
function Saying({
  doing: { passkey, words },
  onWords,
  onBack,
  onNext,
}: {
  doing: Doing;
  onWords: (words: string) => void;
  onBack: () => void;
  onNext: () => void;
}) {
  const t = useTranslations("floor.passkeys");
  const common = useTranslations("common");
  return (
    <div className="grid gap-5">
      <p className="text-[18px] text-ink-2">{t(passkey === null ? "nameIt" : "sayWhy")}</p>
      <ReasonEntry
        list={passkey === null ? "passkeyName" : "passkeyWithdrawal"}
        reason={words}
        onChange={onWords}
      />
      <div className="flex justify-between gap-10">
        <Button onClick={onBack}>{common("back")}</Button>
        <Button
          tone={passkey === null ? "act" : "stop"}
          size="record"
          className="min-w-72"
          disabled={words.trim() === "" || words.trim().length > (passkey === null ? 60 : 500)}
          onClick={onNext}
        >
          {t("next")}
        </Button>
      </div>
    </div>
  );
}
