import { useTranslations } from "next-intl";
import { Chip, type ChipTone } from "#components/ui/chip";

const tones: Record<string, ChipTone> = {
  pending: "plain",
  gated: "plain",
  sending: "act",
  outcome_unknown: "warn",
  delivered: "ok",
  verified: "ok",
  tracking: "ok",
  closed: "ok",
  parked: "stop",
  dead: "stop",
  cancelled: "plain",
  superseded: "plain",
};

export function DeliveryState({ state }: { state: string | null }) {
  const t = useTranslations("desk.delivery");
  if (state === null) return <span className="text-[14px] text-ink-2">{t("none")}</span>;
  return (
    <Chip tone={tones[state] ?? "plain"} className="whitespace-nowrap">
      {t(`state.${state}`)}
    </Chip>
  );
}
