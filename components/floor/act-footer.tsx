"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { type Problem, ServerProblem } from "./problem.tsx";

/** The act and why it was refused, in sight however far somebody has scrolled. */
export function ActFooter({
  acting,
  label,
  isReady,
  onBack,
  onAct,
}: {
  acting: { isBusy: boolean; problem: Problem | null };
  label: string;
  isReady: boolean;
  onBack: () => void;
  onAct: () => Promise<unknown>;
}) {
  const common = useTranslations("common");
  return (
    <div className="grid gap-3">
      {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
      <div className="grid grid-cols-[auto_1fr] gap-12">
        <Button disabled={acting.isBusy} onClick={onBack}>
          {common("back")}
        </Button>
        <Button
          tone="act"
          size="record"
          busy={acting.isBusy}
          disabled={!isReady}
          onClick={() => void onAct()}
        >
          {label}
        </Button>
      </div>
    </div>
  );
}
