import { useTranslations } from "next-intl";
import { Chip, type ChipTone } from "#components/ui/chip";

const tones: Record<string, ChipTone> = {
  released: "plain",
  in_work: "act",
  on_hold: "stop",
  complete: "ok",
  accepted: "ok",
  scrapped: "stop",
  cancelled: "plain",
};

export function TravelerState({ status, operation }: { status: string; operation: string | null }) {
  const t = useTranslations("desk.travelers");
  const words = useTranslations("common.travelerStatus");
  const at = operation !== null && (status === "in_work" || status === "on_hold");
  return (
    <Chip tone={tones[status] ?? "plain"} className="whitespace-nowrap">
      {words(status)}
      {at ? t("atOperation", { operation }) : ""}
    </Chip>
  );
}
