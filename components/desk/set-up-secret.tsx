"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Link } from "#components/desk/link";

/** Shown once and never again: who leaves without it can't sign in, so leaving asks first. */
export function SetUpSecret({ secret, uri }: { secret: string; uri: string }) {
  const t = useTranslations("desk.setUp");
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    ref.current?.focus();
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  return (
    <section
      ref={ref}
      tabIndex={-1}
      aria-labelledby="made"
      className="grid gap-4 rounded border-2 border-ok bg-ok-wash p-6"
    >
      <h2 id="made" className="text-[20px] font-bold">
        {t("doneTitle")}
      </h2>
      <p>{t("doneText")}</p>
      <p className="mono rounded bg-sheet px-4 py-3 text-[20px] tracking-[0.06em] break-all select-all">
        {secret}
      </p>
      <p>
        <a href={uri} className="font-[650] underline underline-offset-4">
          {t("openAuthenticator")}
        </a>
      </p>
      <Link
        href="/sign-in"
        className="justify-self-start rounded border-2 border-act bg-act px-5 py-2.5 font-[650] text-act-ink no-underline"
      >
        {t("toSignIn")}
      </Link>
    </section>
  );
}
