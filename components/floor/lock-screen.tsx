"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import { Field, TextInput } from "#components/ui/field";
import { Logo } from "#components/ui/logo";
import { ThemeToggle } from "#components/ui/theme-toggle";
import { signIn } from "#lib/offline/people";
import { Connection } from "./connection.tsx";
import { DemoButton } from "./demo-drawer.tsx";
import { LanguageSwitch } from "./language.tsx";
import { LockFrame } from "./lock-frame.tsx";
import { PersonMark } from "./person-mark.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import { notABadge, type Problem, ServerProblem } from "./problem.tsx";
import { useBadgeScan } from "./scanning.tsx";
import { unlessSilent, useNeedsServer } from "./sign-in-problem.ts";
import { useTablet } from "./tablet-context.tsx";

export function LockScreen() {
  const t = useTranslations("floor.lock");
  const { core } = useTablet();
  const needsServer = useNeedsServer();
  const [badge, setBadge] = useState("");
  const [isScanned, setScanned] = useState(false);
  const [pin, setPin] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useBadgeScan({
    isBusy,
    onBadge: (text) => {
      setBadge(text);
      setScanned(true);
      setPin("");
      setProblem(null);
    },
    onOther: (text) => setProblem(notABadge(text)),
  });
  const enter = async () => {
    setBusy(true);
    const answer = await signIn(core, badge.trim(), pin);
    setPin("");
    setProblem(unlessSilent(answer));
    setBusy(false);
  };
  const shown = problem ?? needsServer;
  const isReady = badge.trim() !== "" && pin.length >= PIN_LENGTH_MIN;
  return (
    <main>
      <LockFrame
        head={<StationHead />}
        above={<LeftBehind />}
        Title="h1"
        title={isScanned ? t("badgeRead") : t("title")}
        explain={t("explain")}
        below={
          <>
            {shown === null ? null : <ServerProblem problem={shown} area="signIn" />}
            <div className="max-w-[520px]">
              <Field label={t("typed")}>
                {(control) => (
                  <TextInput
                    {...control}
                    value={badge}
                    onChange={(event) => {
                      setBadge(event.target.value);
                      setScanned(false);
                    }}
                    autoComplete="off"
                    spellCheck={false}
                    type={isScanned ? "password" : "text"}
                    className="mono min-h-touch text-[20px]"
                  />
                )}
              </Field>
            </div>
          </>
        }
        foot={<Footer />}
        side={
          <section className="flex min-h-0 flex-col gap-4 p-8" aria-label={t("pinTitle")}>
            <h2 className="text-[25px] leading-tight font-bold">{t("pinTitle")}</h2>
            <PinEntry pin={pin} onChange={setPin} disabled={isBusy} />
            <Button
              tone="act"
              size="record"
              disabled={!isReady}
              busy={isBusy}
              onClick={() => void enter()}
            >
              {isBusy ? t("checking") : t("enter")}
            </Button>
          </section>
        }
      />
    </main>
  );
}

function StationHead() {
  const { view } = useTablet();
  return (
    <header className="flex items-center justify-between gap-6">
      <span className="flex items-center gap-4">
        <Logo size={52} />
        <span className="leading-tight">
          <b className="mono block text-[24px]">{view.session?.station.code}</b>
          <span className="text-[16px] text-ink-2">
            {view.session?.station.name} · {view.session?.site.name} · {view.session?.device.name}
          </span>
        </span>
      </span>
      <Connection />
    </header>
  );
}

/** Who was here, and that nothing of theirs is lost. */
function LeftBehind() {
  const t = useTranslations("floor.lock");
  const { view } = useTablet();
  const waits = view.unsent + view.unsentPhotos;
  return (
    <div className="flex flex-wrap items-center gap-3">
      {view.lockedFrom === null ? null : (
        <span className="flex items-center gap-3 text-[18px]">
          <PersonMark initials={view.lockedFrom.initials} />
          {t("lockedFrom", { name: view.lockedFrom.name })}
        </span>
      )}
      {waits === 0 ? null : <Chip tone="warn">{t("unsent", { count: waits })}</Chip>}
      {view.unverified === 0 ? null : (
        <Chip tone="warn">{t("unverified", { count: view.unverified })}</Chip>
      )}
      {view.refusals.length === 0 ? null : (
        <Chip tone="warn">{t("refused", { count: view.refusals.length })}</Chip>
      )}
    </div>
  );
}

const Footer = () => (
  <footer className="flex flex-wrap items-center justify-between gap-4">
    <DemoButton />
    <span className="flex gap-4">
      <ThemeToggle className="min-h-touch" />
      <LanguageSwitch />
    </span>
  </footer>
);
