import { useTranslations } from "next-intl";
import type { Checkout } from "#lib/travelers/state.schema";

/** Which tablet has the unit with it: what was done on it may still be there and not here. */
export function CheckedOut({
  checkout,
  name,
  moment,
}: {
  checkout: Checkout;
  name: string;
  moment: (at: string) => string;
}) {
  const t = useTranslations("desk.record.checkedOut");
  const { tablet, station, at, until } = checkout;
  return (
    <p className="my-3 rounded bg-warn-wash px-4 py-2.5 text-[15px] print:border print:border-rule">
      <b>{t("title", { tablet, station })}</b>{" "}
      {t("text", { name, since: moment(at), until: moment(until) })}
    </p>
  );
}
