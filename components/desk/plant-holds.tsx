import { useLocale, useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { ReleasePlantHold } from "#components/desk/plant-hold-forms";
import { inLocale, type Locale } from "#lib/messages/locales";
import type { PlantHoldLine } from "#lib/plant/holds.queries";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { holdReasonLabel } from "#lib/travelers/holds.rules";

/** Holds that lie on more than one traveler: on what, why, and whose they are. */
export function PlantHolds({
  holds,
  policy,
  zone,
  releases,
}: {
  holds: readonly PlantHoldLine[];
  policy: PlantPolicy;
  zone: string;
  /** Whose holds the reader releases. */
  releases: readonly string[];
}) {
  const t = useTranslations("desk.plantHold");
  const common = useTranslations("common");
  const locale = useLocale() as Locale;
  if (holds.length === 0) return null;
  const label = (reason: string) => {
    const known = holdReasonLabel(policy, reason);
    return known ? inLocale(known, locale) : reason;
  };
  return (
    <ul className="mb-5 grid gap-3" aria-label={t("list")}>
      {holds.map((hold) => (
        <li
          key={hold.id}
          className="grid grid-cols-1 items-center gap-x-5 gap-y-2 rounded border-[1.5px] border-stop border-l-[6px] bg-sheet px-5 py-3.5 sm:grid-cols-[minmax(120px,0.8fr)_minmax(0,2fr)_auto]"
        >
          <p>
            <span className="block text-[14px] text-ink-2">{t(`scope.${hold.scope}`)}</span>
            <b className="mono text-[18px] [overflow-wrap:anywhere]">{hold.subject}</b>
          </p>
          <div className="min-w-0 text-[15px]">
            <p className="font-[700] text-stop">{label(hold.reason)}</p>
            {hold.comment === null ? null : <q className="break-words">{hold.comment}</q>}
            <p>
              {t("owner", { owner: common(`owner.${hold.owner}`) })} · {hold.placedBy} ·{" "}
              <span className="mono text-[14px]">
                <Moment at={hold.at} zone={zone} />
              </span>
            </p>
            <p className="text-[14px] text-ink-2">{t(`stops.${hold.scope}`)}</p>
          </div>
          {releases.includes(hold.owner) ? (
            <ReleasePlantHold hold={hold.id} what={`${t(`scope.${hold.scope}`)} ${hold.subject}`} />
          ) : null}
        </li>
      ))}
    </ul>
  );
}
