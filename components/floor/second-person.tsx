"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button";
import { DemoButton } from "./demo-drawer.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import { notABadge, type Problem, ServerProblem } from "./problem.tsx";
import { useBadgeScan } from "./scanning.tsx";
import { SignedInHere } from "./signed-in-here.tsx";
import { useTablet } from "./tablet-context.tsx";

/** Somebody else at this tablet: badge and PIN, and back. */
export function SecondPerson({
  lead,
  asks = "scanSecond",
  leave,
  isBusy,
  onSecond,
  onBack,
  children,
}: {
  lead: string;
  /** Whose badge: somebody else's, or of whoever says no. */
  asks?: "scanSecond" | "scanOwn";
  /** What going back means here. */
  leave?: string;
  isBusy: boolean;
  onSecond: (badge: string, pin: string) => Promise<void>;
  onBack: () => void;
  children: ReactNode;
}) {
  const t = useTranslations("floor.sign");
  const common = useTranslations("common");
  const [badge, setBadge] = useState<string | null>(null);
  const [pin, setPin] = useState("");
  const [other, setOther] = useState<Problem | null>(null);
  const { view } = useTablet();
  useBadgeScan({
    isBusy,
    onBadge: (text) => {
      setBadge(text);
      setPin("");
      setOther(null);
    },
    onOther: (text) => setOther(notABadge(text)),
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_360px] gap-7 portrait:gap-5">
      <div className="flex flex-col gap-4">
        <p className="text-[20px] leading-snug">{lead}</p>
        <NeedsServer act="second" />
        <p
          className={`rounded border-2 p-5 text-[20px] font-[650] ${badge === null ? "border-dashed border-act" : "border-ok bg-ok-wash"}`}
        >
          {badge === null ? t(asks) : t("badgeRead")}
        </p>
        {other === null ? children : <ServerProblem problem={other} area="sign" />}
        <div className="mt-auto flex flex-wrap gap-3">
          <Button onClick={onBack} disabled={isBusy}>
            {leave ?? common("back")}
          </Button>
          {/* Beside the way back: in a line of their own they would push it out of a long dialog. */}
          <SignedInHere />
          <DemoButton />
        </div>
      </div>
      <div className="flex h-[540px] flex-col gap-4">
        <PinEntry pin={pin} onChange={setPin} disabled={isBusy || badge === null} />
        <Button
          tone="accept"
          size="record"
          busy={isBusy}
          disabled={badge === null || pin.length < PIN_LENGTH_MIN || !view.online}
          onClick={() => {
            const given = pin;
            setPin("");
            void onSecond(badge ?? "", given);
          }}
        >
          {t("confirmSecond")}
        </Button>
      </div>
    </div>
  );
}
