"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Field, TextInput } from "#components/ui/field";
import { Logo } from "#components/ui/logo";
import { enrol } from "#lib/offline/device";
import { LanguageSwitch } from "./language.tsx";
import { type Problem, problemOf, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";

export function EnrolScreen() {
  const t = useTranslations("floor.enrol");
  const { core, view } = useTablet();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = async (chosen: string) => {
    if (busy !== null || chosen.trim() === "") return;
    setBusy(chosen);
    setProblem(null);
    const answer = await enrol(core, chosen.trim(), t("tabletName"));
    setProblem(problemOf(answer));
    setBusy(null);
  };
  useScan((scan) => void begin(scan.text));
  const stations = view.demo?.stations ?? [];
  return (
    <main className="floor grid min-h-dvh content-start justify-items-center gap-4 p-6">
      <header className="flex w-full max-w-[980px] items-center justify-between">
        <span className="flex items-center gap-3 text-[26px] font-extrabold">
          <Logo size={48} /> Buyoff
        </span>
        <LanguageSwitch />
      </header>
      <div className="w-full max-w-[980px]">
        <h1 className="text-[36px] leading-tight font-bold tracking-[-0.015em]">{t("title")}</h1>
        {view.isRevoked ? (
          <p role="status" className="mt-2 max-w-[62ch] text-[19px] font-[650] text-warn">
            {t("revoked", { count: view.unsent + view.unsentPhotos })}
          </p>
        ) : null}
        {problem === null ? (
          <p className="mt-2 max-w-[62ch] text-[19px] leading-snug text-ink-2">{t("explain")}</p>
        ) : (
          <div className="mt-2">
            <ServerProblem problem={problem} area="enrol" />
          </div>
        )}
      </div>
      {stations.length === 0 ? null : (
        <section className="w-full max-w-[980px]">
          <h2 className="mb-2 text-[18px] font-bold">{t("demoStations")}</h2>
          <ul className="grid grid-cols-3 gap-2.5">
            {stations.map((station) => (
              <li key={station.code}>
                <Button
                  size="record"
                  className="w-full text-left"
                  busy={busy === station.enrolmentCode}
                  disabled={busy !== null}
                  onClick={() => void begin(station.enrolmentCode)}
                >
                  <span className="mono block text-[22px]">{station.code}</span>
                  <span className="block text-[16px] font-medium">{station.name}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <form
        className="grid w-full max-w-[980px] grid-cols-[1fr_auto] items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(code);
        }}
      >
        <Field label={t("code")} hint={t("codeHint")}>
          {(control) => (
            <TextInput
              {...control}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              autoCapitalize="characters"
              autoComplete="off"
              spellCheck={false}
              className="mono min-h-touch text-[24px]"
            />
          )}
        </Field>
        <Button type="submit" tone="act" className="mb-7 px-10" busy={busy === code && code !== ""}>
          {t("enrol")}
        </Button>
      </form>
    </main>
  );
}
