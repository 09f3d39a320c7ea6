"use client";
import { useTranslations } from "next-intl";
import type { InstructionContent } from "#lib/instructions/schema";
import { openHolds } from "#lib/travelers/gates.rules";
import { holdReasonLabel } from "#lib/travelers/holds.rules";
import { plannedField } from "#lib/travelers/plan.rules";
import { BackingBanner } from "./backing.tsx";
import { CheckoutBanner } from "./checkout-banner.tsx";
import { ExposedUnits } from "./exposed-units.tsx";
import { useWords } from "./language.tsx";
import { LateBanner } from "./late-dialog.tsx";
import type { Place } from "./place.ts";
import { Notice } from "./problem.tsx";
import { useWork } from "./work-context.tsx";

/** What stands over the work: a hold, a rework and its positions, and by whose word somebody works here. */
export function StandingBanners({ place }: { place: Place | null }) {
  return (
    <>
      <HoldBanner place={place} />
      <ReworkBanner place={place} />
      <CheckoutBanner />
      <BackingBanner place={place} />
      <LateBanner step={place?.step ?? null} />
    </>
  );
}

/** Every hold that stands here, each with who releases it: to release one leaves the others. */
function HoldBanner({ place }: { place: Place | null }) {
  const t = useTranslations("floor.hold");
  const owners = useTranslations("common.owner");
  const words = useWords();
  const { state, packet, content } = useWork();
  const own = openHolds(state, place ?? { operation: "", step: null });
  const said = [...own, ...packet.outerHolds];
  if (said.length === 0) return null;
  return (
    <Notice tone="stop">
      {said.map((hold) => {
        const reason = holdReasonLabel(packet.policy, hold.reason);
        const defect =
          "defect" in hold ? state.defects.find(({ id }) => id === hold.defect) : undefined;
        return (
          <p key={"id" in hold ? hold.id : `${hold.scope}/${hold.subject}`} className="font-bold">
            {t("banner", {
              reason: reason === null ? hold.reason : words(reason),
              owner: owners(hold.owner),
            })}
            {defect === undefined ? null : (
              <span className="mono"> · {defect.qms?.number ?? defect.code}</span>
            )}
            {"subject" in hold && t.has(`outerScope.${hold.scope}`) ? (
              <span className="block text-[16px] font-normal">
                {t("outer", { scope: t(`outerScope.${hold.scope}`), subject: hold.subject })}
              </span>
            ) : null}
          </p>
        );
      })}
      <p className="mt-0.5 text-[16px]">{t("remains")}</p>
      {own.flatMap(({ defect: id }) => {
        const defect = state.defects.find((one) => one.id === id);
        const field = defect?.field == null ? null : plannedField(content, defect.field)?.field;
        const isToolCount = field?.kind === "count" && field.tools !== undefined;
        return defect !== undefined && isToolCount
          ? [<ExposedUnits key={defect.id} defect={defect.id} />]
          : [];
      })}
    </Notice>
  );
}

function ReworkBanner({ place }: { place: Place | null }) {
  const t = useTranslations("floor.rework");
  const { content, state } = useWork();
  const rework = state.reworks.find(({ status }) => status === "in_work");
  if (rework === undefined) return null;
  const defect = state.defects.find(({ id }) => id === rework.defect);
  const here = rework.steps.find(({ step }) => step === place?.step);
  const [others] = here?.positions == null ? [] : othersOf(content, here.step, here.positions);
  return (
    <Notice tone="warn">
      <p className="font-bold">
        {t("banner", { label: rework.label, defect: defect?.code ?? "" })}
        {defect?.qms ? <span className="mono"> · {defect.qms.number}</span> : null}
      </p>
      <p className="mt-0.5 text-[16px]">
        {here === undefined
          ? t("elsewhere")
          : here.positions === null || others === undefined
            ? t("allPositions")
            : t("positions", { positions: here.positions.join(", ") })}
      </p>
    </Notice>
  );
}

/** The positions of a step that are not done again. */
const othersOf = (content: InstructionContent, id: string, again: readonly string[]) =>
  content.operations
    .flatMap(({ steps }) => steps)
    .filter((step) => step.id === id)
    .flatMap(({ fields }) => fields.flatMap(({ positions }) => positions))
    .filter((position) => !again.includes(position));
