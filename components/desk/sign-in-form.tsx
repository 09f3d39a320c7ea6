"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useForm } from "react-hook-form";
import { DemoAccounts } from "#components/desk/demo-accounts";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Field, TextInput } from "#components/ui/field";
import { signIn } from "#lib/people/actions";
import { type DeskSignIn, deskSignInSchema } from "#lib/people/sign-in.schema";

type Password = Extract<DeskSignIn, { way: "password" }>;
type Badge = Extract<DeskSignIn, { way: "badge" }>;

/**
 * Two factors either way. What is wrong is said; which of them was wrong is not. `to`: the page that was asked for, once the server has found it to be one of ours.
 */
export function SignInForm({ isDemo, to }: { isDemo: boolean; to: string | null }) {
  const t = useTranslations("desk.signIn");
  const router = useRouter();
  const [way, setWay] = useState<DeskSignIn["way"]>("password");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ at: number; refused: Refused } | null>(null);
  const enter = async (input: DeskSignIn) => {
    setBusy(true);
    setRefusal(null);
    const result = await signIn(input).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    if (result.ok) {
      router.push(to ?? "/");
      router.refresh();
      return;
    }
    setBusy(false);
    setRefusal({ at: Date.now(), refused: result.error });
  };
  const choose = (to: DeskSignIn["way"]) => {
    setWay(to);
    setRefusal(null);
  };
  return (
    <div className="grid gap-5">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <fieldset aria-label={t("ways")} className="flex gap-2">
        <WayButton on={way === "password"} onClick={() => choose("password")}>
          {t("byPassword")}
        </WayButton>
        <WayButton on={way === "badge"} onClick={() => choose("badge")}>
          {t("byBadge")}
        </WayButton>
      </fieldset>
      {way === "password" ? (
        <PasswordWay onEnter={enter} busy={busy} />
      ) : (
        <BadgeWay onEnter={enter} busy={busy} />
      )}
      {isDemo ? <DemoAccounts onEnter={enter} busy={busy} /> : null}
    </div>
  );
}

const WayButton = ({
  on,
  onClick,
  children,
}: {
  on: boolean;
  onClick: () => void;
  children: ReactNode;
}) => (
  <button
    type="button"
    aria-pressed={on}
    onClick={onClick}
    className={`min-h-9 rounded-full border-[1.5px] px-4 text-[14px] font-[600] ${on ? "border-ink bg-ink text-sheet" : "border-edge hover:bg-sheet"}`}
  >
    {children}
  </button>
);

type WayProps = { onEnter: (input: DeskSignIn) => Promise<void>; busy: boolean };

function PasswordWay({ onEnter, busy }: WayProps) {
  const t = useTranslations("desk.signIn");
  const form = useForm<Password>({
    resolver: zodResolver(deskSignInSchema) as never,
    defaultValues: { way: "password", employeeNumber: "", password: "", code: "" },
  });
  const { errors } = form.formState;
  return (
    <form method="post" onSubmit={form.handleSubmit(onEnter)} noValidate className="grid gap-4">
      <Field label={t("employeeNumber")} error={errors.employeeNumber && t("needed")}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("employeeNumber")}
            autoComplete="username"
            className="mono min-h-12"
          />
        )}
      </Field>
      <Field label={t("password")} error={errors.password && t("needed")}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("password")}
            type="password"
            autoComplete="current-password"
            className="min-h-12"
          />
        )}
      </Field>
      <Field label={t("code")} hint={t("codeHint")} error={errors.code && t("codeNeeded")}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("code")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            className="mono min-h-12 tracking-[0.3em]"
          />
        )}
      </Field>
      <Button type="submit" size="desk" tone="act" busy={busy} className="min-h-12">
        {t("enter")}
      </Button>
    </form>
  );
}

function BadgeWay({ onEnter, busy }: WayProps) {
  const t = useTranslations("desk.signIn");
  const form = useForm<Badge>({
    resolver: zodResolver(deskSignInSchema) as never,
    defaultValues: { way: "badge", badge: "", pin: "" },
  });
  const { errors } = form.formState;
  return (
    <form method="post" onSubmit={form.handleSubmit(onEnter)} noValidate className="grid gap-4">
      <Field label={t("badge")} hint={t("badgeHint")} error={errors.badge && t("needed")}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("badge")}
            type="password"
            autoComplete="off"
            className="mono min-h-12"
          />
        )}
      </Field>
      <Field label={t("pin")} error={errors.pin && t("needed")}>
        {(control) => (
          <TextInput
            {...control}
            {...form.register("pin")}
            type="password"
            inputMode="numeric"
            autoComplete="off"
            className="mono min-h-12"
          />
        )}
      </Field>
      <Button type="submit" size="desk" tone="act" busy={busy} className="min-h-12">
        {t("enter")}
      </Button>
    </form>
  );
}
