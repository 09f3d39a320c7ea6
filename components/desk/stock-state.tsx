import { useTranslations } from "next-intl";
import { Chip } from "#components/ui/chip";
import type { StockLine } from "#lib/plant/stock.queries";

const dayMs = 86_400_000;
const soonDays = 30;

/** Whether it may be installed today, and for how long still. */
export function StockState({
  stock,
  today,
}: {
  stock: Pick<StockLine, "onHold" | "expiresOn"> & { isInstalled: boolean };
  today: string;
}) {
  const t = useTranslations("desk.stock");
  const days =
    stock.expiresOn === null
      ? null
      : Math.round((Date.parse(stock.expiresOn) - Date.parse(today)) / dayMs);
  if (stock.onHold) return <Chip tone="stop">{t("states.on_hold")}</Chip>;
  if (stock.isInstalled) return <Chip>{t("states.installed")}</Chip>;
  if (days !== null && days < 0) return <Chip tone="stop">{t("states.expired")}</Chip>;
  if (days !== null && days <= soonDays) return <Chip tone="warn">{t("expiresIn", { days })}</Chip>;
  return <Chip tone="ok">{t("states.good")}</Chip>;
}
