import { useTranslations } from "next-intl";
import { Chip } from "#components/ui/chip";
import type { GageLine } from "#lib/plant/gages.queries";

const dayMs = 86_400_000;
const soonDays = 30;

/** Whether a gage may be used today, and whether it will be next month. */
export function GageState({
  gage,
  today,
}: {
  gage: Pick<GageLine, "status" | "calibrationDueOn">;
  today: string;
}) {
  const t = useTranslations("desk.gages");
  const days = Math.round((Date.parse(gage.calibrationDueOn) - Date.parse(today)) / dayMs);
  if (gage.status === "quarantined") return <Chip tone="stop">{t("status.quarantined")}</Chip>;
  if (gage.status === "withdrawn") return <Chip>{t("status.withdrawn")}</Chip>;
  if (days < 0) return <Chip tone="stop">{t("overdue", { days: -days })}</Chip>;
  if (days <= soonDays) return <Chip tone="warn">{t("dueIn", { days })}</Chip>;
  return <Chip tone="ok">{t("status.in_service")}</Chip>;
}
