"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { ThemeToggle } from "#components/ui/theme-toggle";
import { lock } from "#lib/offline/people";
import { HandOver } from "./hand-over.tsx";
import { LanguageSwitch } from "./language.tsx";
import { PasskeysDialog } from "./passkeys-dialog.tsx";
import { PersonTag } from "./person-tag.tsx";
import { useTablet } from "./tablet-context.tsx";

/** Who is signed in, always on the screen; hand-over, lock and what is recorded are behind it. */
export function PersonButton() {
  const t = useTranslations("floor.person");
  const { view } = useTablet();
  const [isOpen, setOpen] = useState(false);
  const person = view.signedIn?.person;
  if (person === undefined) return null;
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex min-h-[60px] shrink-0 items-center gap-2.5 rounded-full border-2 border-edge bg-sheet py-1 pr-4 pl-1.5 text-left leading-tight active:bg-sunk"
      >
        <PersonTag person={person}>
          <span className="mono block truncate text-[13px] text-ink-2">
            {person.stamps.map(({ number }) => number).join(" ") || t("noStamp")}
          </span>
          <span className="sr-only">{t("menu", { name: person.name })}</span>
        </PersonTag>
      </button>
      {isOpen ? <PersonMenu onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function PersonMenu({ onClose }: { onClose: () => void }) {
  const t = useTranslations("floor.person");
  const common = useTranslations("common");
  const { core, view } = useTablet();
  const [isHandingOver, setHandingOver] = useState(false);
  const [isShowingPasskeys, setShowingPasskeys] = useState(false);
  const person = view.signedIn?.person;
  if (person === undefined) return null;
  if (isShowingPasskeys) return <PasskeysDialog onClose={onClose} />;
  if (isHandingOver) return <HandOver badge={null} onClose={onClose} />;
  return (
    <Dialog title={person.name} onClose={onClose} className="w-[860px]">
      <div className="grid grid-cols-[1fr_1fr] gap-7">
        <section className="grid content-start gap-3">
          <Button tone="act" size="record" onClick={() => setHandingOver(true)}>
            {t("handOver")}
          </Button>
          <Button onClick={() => void lock(core, "lock")}>{t("lock")}</Button>
          <Button onClick={() => void lock(core, "sign_out")}>{t("signOut")}</Button>
          <Button onClick={() => setShowingPasskeys(true)}>{t("passkeys")}</Button>
          <ThemeToggle className="min-h-touch" />
          <LanguageSwitch />
        </section>
        <section>
          <h3 className="mb-1 text-[17px] font-bold">{t("qualifications")}</h3>
          <Qualifications />
          <h3 className="mt-5 mb-1 text-[17px] font-bold">{t("recordedTitle")}</h3>
          <p className="text-[16px] leading-snug text-ink-2">{t("recorded")}</p>
        </section>
      </div>
      <Button className="mt-6 w-full" onClick={onClose}>
        {common("close")}
      </Button>
    </Dialog>
  );
}

function Qualifications() {
  const t = useTranslations("floor.person");
  const format = useFormatter();
  const { view } = useTablet();
  const held = view.signedIn?.person.qualifications ?? [];
  if (held.length === 0) return <p className="text-[16px] text-ink-2">{t("noQualification")}</p>;
  return (
    <ul className="text-[16px]">
      {held.map(({ code, validUntil }) => (
        <li key={code} className="flex justify-between gap-4 border-b border-rule py-1">
          <b className="mono">{code}</b>
          <span className="text-ink-2">
            {validUntil === null
              ? t("unlimited")
              : t("until", {
                  date: format.dateTime(new Date(`${validUntil}T12:00:00Z`), {
                    day: "numeric",
                    month: "short",
                    year: "numeric",
                  }),
                })}
          </span>
        </li>
      ))}
    </ul>
  );
}
