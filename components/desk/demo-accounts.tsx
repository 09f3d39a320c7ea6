"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Role } from "#lib/instructions/schema";
import type { DeskSignIn } from "#lib/people/sign-in.schema";

type Account = {
  employeeNumber: string;
  name: string;
  role: Role;
  password: string | null;
  code: string | null;
};

const accounts = async (): Promise<Account[]> => {
  const answer = await fetch("/api/floor/demo", { cache: "no-store" });
  return answer.ok ? ((await answer.json()) as { desk: Account[] }).desk : [];
};

/** The demo's desk people to tap. Fetched at the tap: a one-time code is good for half a minute, once. */
export function DemoAccounts({
  onEnter,
  busy,
}: {
  onEnter: (input: DeskSignIn) => Promise<void>;
  busy: boolean;
}) {
  const t = useTranslations("desk.signIn");
  const role = useTranslations("common.role");
  const [known, setKnown] = useState<Account[] | null>(null);
  const enterAs = async (employeeNumber: string) => {
    const fresh = (await accounts()).find((of) => of.employeeNumber === employeeNumber);
    if (!fresh?.password || !fresh.code) return;
    await onEnter({ way: "password", employeeNumber, password: fresh.password, code: fresh.code });
  };
  return (
    <section
      aria-labelledby="demo"
      className="mt-2 rounded border-[1.5px] border-dashed border-edge bg-sheet px-5 py-4"
    >
      <h2 id="demo" className="text-[16px] font-bold">
        {t("demoTitle")}
      </h2>
      <p className="mb-3 text-[14px] text-ink-2">{t("demoText")}</p>
      {known === null ? (
        <button
          type="button"
          onClick={async () => setKnown(await accounts())}
          className="font-[650] text-act underline underline-offset-4"
        >
          {t("demoShow")}
        </button>
      ) : (
        <ul className="grid gap-2 sm:grid-cols-2">
          {known.map((account) => (
            <li key={account.employeeNumber}>
              <button
                type="button"
                disabled={busy}
                onClick={() => void enterAs(account.employeeNumber)}
                className="w-full rounded border-[1.5px] border-edge px-3 py-2 text-left leading-snug hover:border-act hover:bg-paper disabled:text-ink-3"
              >
                <b className="block text-[15px] font-[650]">{account.name}</b>
                <span className="text-[13px] text-ink-2">{role(account.role)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
