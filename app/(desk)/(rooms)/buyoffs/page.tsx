import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { Link } from "#components/desk/link";
import { Empty, PageHead } from "#components/desk/page-head";
import { Chip } from "#components/ui/chip";
import { Stamp } from "#components/ui/stamp";
import { requireActor } from "#lib/boundary/actor";
import { inLocale, type Locale } from "#lib/messages/locales";
import { buyoffsDue } from "#lib/travelers/buyoffs.rules";
import { travelersWithBuyoffsDue } from "#lib/travelers/waiting.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.buyoffs"))("title") };
}

/** Where somebody is waited for, and what each of them would sign. */
export default async function Buyoffs() {
  const actor = await requireActor("traveler.read");
  const [t, common, locale, waiting] = await Promise.all([
    getTranslations("desk.buyoffs"),
    getTranslations("common"),
    getLocale(),
    travelersWithBuyoffsDue(actor),
  ]);
  const due = waiting.flatMap((of) =>
    buyoffsDue(of.state, of.content).map((buyoff) => ({ ...of, buyoff })),
  );
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} />
      {due.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <ul className="grid gap-3">
        {due.map(({ id, unit, workOrder, content, buyoff }) => {
          const operation = content.operations.find((of) => of.id === buyoff.operation);
          const step = operation?.steps.find((of) => of.id === buyoff.step);
          const { requirement } = buyoff;
          const isRound = requirement.type === "operator" || requirement.type === "second_operator";
          return (
            <li
              key={id + requirement.id}
              className="grid grid-cols-[54px_minmax(0,1fr)] items-center gap-x-5 gap-y-2 sm:grid-cols-[54px_minmax(120px,0.7fr)_minmax(0,2fr)_auto] rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5"
            >
              <Stamp
                number="?"
                shape={isRound ? "round" : "square"}
                state="open"
                label={common(`buyoffType.${requirement.type}`)}
                size={54}
              />
              <p>
                <Link
                  href={`/travelers/${id}`}
                  className="mono text-[18px] font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {unit}
                </Link>
                <span className="mono block text-[13px] text-ink-2">{workOrder}</span>
              </p>
              <div className="min-w-0 text-[15px] max-sm:col-span-2">
                <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <b className="font-[700]">{common(`buyoffType.${requirement.type}`)}</b>
                  {requirement.holdPoint ? <Chip tone="warn">{t("holdPoint")}</Chip> : null}
                  <span className="text-ink-2">
                    {requirement.presence === "at_unit"
                      ? t("atUnit", { workCenter: operation?.workCenter ?? "" })
                      : t("remote")}
                  </span>
                </p>
                <p>
                  <span className="mono">{step?.number ?? operation?.number}</span>{" "}
                  {inLocale(step?.title ?? operation?.title ?? { en: "" }, locale as Locale)}
                </p>
                <p className="text-[14px] text-ink-2">
                  {inLocale(requirement.meaning, locale as Locale)}
                </p>
              </div>
              <Link
                href={`/buyoffs/${id}/${requirement.id}`}
                aria-label={`${t("open")}: ${unit}, ${common(`buyoffType.${requirement.type}`)}`}
                className="rounded border-[1.5px] border-edge px-4 py-2 text-[15px] font-[650] no-underline hover:border-act max-sm:col-start-2"
              >
                {t("open")}
              </Link>
            </li>
          );
        })}
      </ul>
    </main>
  );
}
