import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { AcceptBeyond } from "#components/desk/accept-beyond";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { limitsText } from "#lib/kit/band";
import { decimalIn, inLocale, type Locale } from "#lib/messages/locales";
import { processLimitsWaiting } from "#lib/travelers/landing.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.processLimits"))("title") };
}

/** Values that are within the drawing and beyond the tighter limit of the process, and who may accept each. */
export default async function ProcessLimits() {
  const actor = await requireActor("acceptReadingOutOfProcessLimit");
  const [t, common, plant, waiting] = await Promise.all([
    getTranslations("desk.processLimits"),
    getTranslations("common"),
    plantPolicy(actor),
    processLimitsWaiting(actor),
  ]);
  const locale = (await getLocale()) as Locale;
  const shown = (value: string) => decimalIn(value, locale);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      {waiting.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <ul className="grid gap-3">
        {waiting.map(({ traveler, unit, workOrder, reading, field, step, acceptBy }) => {
          const value = `${shown(reading.value)} ${reading.unit ?? ""}`.trim();
          const isOwn = reading.person === actor.id;
          return (
            <li
              key={reading.id}
              className="grid grid-cols-1 items-center gap-x-5 gap-y-2 rounded border-[1.5px] border-rule border-l-[6px] border-l-warn bg-sheet px-5 py-3.5 sm:grid-cols-[minmax(120px,0.8fr)_minmax(0,2fr)_auto]"
            >
              <p>
                <Link
                  href={`/travelers/${traveler}`}
                  className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {unit}
                </Link>
                <span className="mono block text-[13px] text-ink-2">{workOrder}</span>
              </p>
              <div className="min-w-0 text-[15px]">
                <p>
                  <span className="mono">{step.number}</span>{" "}
                  <b className="font-[700]">{inLocale(field.label, locale)}</b>
                  {field.positions.length > 1 ? ` · ${reading.position}` : ""}
                </p>
                <p>
                  <b className="mono text-warn">{value}</b>{" "}
                  <span className="mono text-[14px] text-ink-2">
                    {t("limits", {
                      process: reading.process ? limitsText(reading.process, shown) : "",
                      drawing: reading.limits ? limitsText(reading.limits, shown) : "",
                    })}
                  </span>
                </p>
                <p className="text-[14px] text-ink-2">
                  {t("acceptedBy", { role: common(`role.${acceptBy}`) })} ·{" "}
                  <span className="mono">
                    <Moment at={reading.at} zone={plant.timeZone} />
                  </span>
                </p>
              </div>
              {may(actor, "acceptReadingOutOfProcessLimit") &&
              actor.roles.includes(acceptBy) &&
              !isOwn ? (
                <AcceptBeyond
                  traveler={traveler}
                  reading={reading.id}
                  what={`${unit}, ${step.number}: ${value}`}
                />
              ) : isOwn ? (
                <p className="max-w-[24ch] text-[14px] text-ink-2">{t("own")}</p>
              ) : null}
            </li>
          );
        })}
      </ul>
    </main>
  );
}
