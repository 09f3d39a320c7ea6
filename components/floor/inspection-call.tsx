"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { permissions } from "#lib/travelers/permissions.rules";
import { openCall } from "#lib/travelers/step-story.rules";
import { Notice, ServerProblem } from "./problem.tsx";
import { useClock } from "./step-story.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

/** One tap calls the inspector; that they have seen it and that they are here is recorded as well. */
export function InspectionCall({
  operation,
  signer = "inspection",
}: {
  operation: string;
  /** Whose signature is waited for. */
  signer?: BuyoffRequirement["type"];
}) {
  const t = useTranslations("floor.call");
  const clock = useClock();
  const person = usePeople();
  const { view } = useTablet();
  const { packet, state, signedIn } = useWork();
  const { isBusy, problem, run } = useActing();
  const call = openCall(state, operation);
  const answers = signedIn.person.roles.some((role) =>
    permissions.acknowledgeInspection.includes(role),
  );
  const trouble = problem === null ? null : <ServerProblem problem={problem} area="act" />;
  if (call === null) {
    if (answers) return trouble;
    return (
      <>
        {trouble}
        <Button
          size="record"
          busy={isBusy}
          onClick={() =>
            void run((perform) => perform("callInspection", { call: uuidv7(), operation }))
          }
        >
          {t(`open.${signer}`)}
          {view.online ? null : (
            <span className="block text-[15px] font-[550]">{t("notHeard")}</span>
          )}
        </Button>
      </>
    );
  }
  // The tablet's own word, which nobody else has heard.
  const isKept = !(view.online || packet.state.calls.some(({ id }) => id === call.id));
  const answer = (arrived: boolean) =>
    void run((perform) => perform("acknowledgeInspection", { call: call.id, arrived }));
  return (
    <>
      {trouble}
      <Notice tone={call.acknowledgedAt === null ? "warn" : "ok"} role="status">
        <p className="font-[650]">
          {t("called", { time: clock(call.at), name: person(call.person).name })}
        </p>
        <p>
          {isKept
            ? t("unheard")
            : call.acknowledgedAt === null
              ? t(answers ? "unansweredYet" : "unanswered")
              : t("answered", { time: clock(call.acknowledgedAt) })}
        </p>
      </Notice>
      {answers ? (
        <>
          {call.acknowledgedAt === null ? (
            <Button busy={isBusy} onClick={() => answer(false)}>
              {t("coming")}
            </Button>
          ) : null}
          <Button size="record" busy={isBusy} onClick={() => answer(true)}>
            {t("arrived")}
          </Button>
        </>
      ) : null}
    </>
  );
}
