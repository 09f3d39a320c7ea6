import { useTranslations } from "next-intl";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { RunMode, Validation } from "#lib/feed/flow.schema";

const tones: Readonly<Record<Validation, ChipTone>> = {
  never: "plain",
  changed: "warn",
  validated: "ok",
};

/** In words, and with its mode where nothing was written to prove it. */
export function ValidationChip({
  validation,
  mode = null,
}: {
  validation: Validation;
  mode?: RunMode | null;
}) {
  const t = useTranslations("desk.validation.stand");
  const isShadow = validation === "validated" && mode === "shadow";
  return <Chip tone={tones[validation]}>{t(isShadow ? "shadow" : validation)}</Chip>;
}
