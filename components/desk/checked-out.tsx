import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Checkout } from "#lib/travelers/state.schema";

/** Which tablet has the unit with it: what was done on it may still be there and not here. */
export function CheckedOut({
  checkout,
  name,
  moment,
  ending,
}: {
  checkout: Checkout;
  name: string;
  moment: (at: string) => string;
  /** For who may end it. */
  ending: ReactNode;
}) {
  const t = useTranslations("desk.record.checkedOut");
  const { tablet, station, at, until } = checkout;
  return (
    <div className="my-3 flex flex-wrap items-center justify-between gap-x-5 gap-y-2 rounded bg-warn-wash px-4 py-2.5 text-[15px] print:border print:border-rule">
      <p className="min-w-0 flex-1 break-words">
        <b>{t("title", { tablet, station })}</b>{" "}
        {t("text", { name, since: moment(at), until: moment(until) })}
      </p>
      <span className="print:hidden">{ending}</span>
    </div>
  );
}
