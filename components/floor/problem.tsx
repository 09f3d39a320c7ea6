"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, Suspense } from "react";
import { RefusalText, useRuleWords } from "#components/refusal-text";
import { Mark } from "#components/ui/chip";
import type { ActOutcome } from "#lib/offline/acts";
import type { Answer } from "#lib/offline/server";

export type Problem =
  | { kind: "silence" }
  | { kind: "waits" }
  | { kind: "status"; status: number }
  | { kind: "refused"; code: string; params: Readonly<Record<string, string>> };

export function problemOf(answer: Answer<unknown>): Problem | null {
  if (answer.kind === "ok") return null;
  if (answer.kind === "refused") {
    return { kind: "refused", code: answer.error.code, params: answer.error.params ?? {} };
  }
  return answer;
}

export const notABadge = (text: string): Problem => ({
  kind: "refused",
  code: "not_a_badge",
  params: { text },
});

export function problemOfAct(outcome: ActOutcome): Problem | null {
  if (outcome.kind === "done") return null;
  return outcome.kind === "refused" ? { kind: "refused", ...outcome.refusal } : outcome;
}

/** A refusal keeps what was typed, says why and what to do next. */
export function Notice({
  tone,
  children,
  action,
  role = "alert",
}: {
  tone: "stop" | "warn" | "ok";
  children: ReactNode;
  action?: ReactNode;
  /** "status" for what merely stands there: it is not read out over what somebody is doing. */
  role?: "alert" | "status";
}) {
  const wash = { stop: "bg-stop-wash", warn: "bg-warn-wash", ok: "bg-ok-wash" }[tone];
  const ink = { stop: "text-stop", warn: "text-warn", ok: "text-ok" }[tone];
  return (
    <div
      role={role}
      className={`flex items-center gap-4 rounded px-4 py-3 text-[18px] leading-snug text-ink ${wash}`}
    >
      <span className={`shrink-0 ${ink}`}>
        {tone === "stop" ? (
          <Octagon />
        ) : tone === "warn" ? (
          <Triangle />
        ) : (
          <Mark tone="ok" size={32} />
        )}
      </span>
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}

export const Triangle = () => (
  <svg
    aria-hidden
    viewBox="0 0 40 40"
    width="40"
    height="40"
    fill="none"
    stroke="currentColor"
    strokeWidth="3"
  >
    <path d="M20 5 37 34H3Z" strokeLinejoin="round" />
    <path d="M20 15v9M20 28.5v.6" strokeLinecap="round" />
  </svg>
);
export const Octagon = () => (
  <svg
    aria-hidden
    viewBox="0 0 40 40"
    width="40"
    height="40"
    fill="none"
    stroke="currentColor"
    strokeWidth="3"
  >
    <path d="M13.5 4h13L36 13.5v13L26.5 36h-13L4 26.5v-13Z" strokeLinejoin="round" />
    <path d="M12 20h16" strokeLinecap="round" />
  </svg>
);

/** `area` names the floor words for codes that are not refusals of the rules. */
export function ServerProblem({
  problem,
  area,
  action,
}: {
  problem: Problem;
  area: "enrol" | "signIn" | "sign" | "find" | "act";
  action?: ReactNode;
}) {
  const t = useTranslations("floor.problem");
  if (problem.kind === "silence") {
    return (
      <Notice tone="warn" action={action}>
        <p className="font-[650]">{t("silence.why")}</p>
        <p className="mt-1">{t(`silence.${area}`)}</p>
      </Notice>
    );
  }
  if (problem.kind === "waits") {
    return (
      <Notice tone="warn" action={action}>
        <p className="font-[650]">{t("waits.why")}</p>
        <p className="mt-1">{t("waits.next")}</p>
      </Notice>
    );
  }
  if (problem.kind === "status") {
    return (
      <Notice tone="stop" action={action}>
        <p className="font-[650]">{t("status", { status: String(problem.status) })}</p>
      </Notice>
    );
  }
  return (
    <Suspense>
      <Notice tone="stop" action={action}>
        <Refused code={problem.code} params={problem.params} />
      </Notice>
    </Suspense>
  );
}

function Refused({ code, params }: { code: string; params: Readonly<Record<string, string>> }) {
  const t = useTranslations("floor.problem");
  const ofRule = useRuleWords()({ code, params });
  const known = `codes.${code}`;
  return ofRule === null && t.has(`${known}.why`) ? (
    <>
      <p className="font-[650]">{t(`${known}.why`, params)}</p>
      <p className="mt-1">{t(`${known}.next`, params)}</p>
    </>
  ) : (
    <RefusalText code={code} params={params} />
  );
}
