import { useTranslations } from "next-intl";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { RuleState } from "#lib/feed/rules.schema";

const tones: Record<RuleState, ChipTone> = {
  draft: "plain",
  tested: "act",
  approved: "act",
  effective: "ok",
  retired: "plain",
};

export function RuleStateChip({ state }: { state: RuleState }) {
  const t = useTranslations("desk.rules.state");
  return <Chip tone={tones[state]}>{t(state)}</Chip>;
}
