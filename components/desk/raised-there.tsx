import { useTranslations } from "next-intl";
import { LinkRaised } from "#components/desk/link-raised";
import { Moment } from "#components/desk/moment";
import { Chip } from "#components/ui/chip";
import type { FindingShown } from "#lib/feed/findings.queries";

/** Records that somebody raised in another system on this unit: each holds it until it is looked at, and is linked in one action. */
export function RaisedThere({
  findings,
  defects,
  zone,
  mayLink,
}: {
  findings: readonly FindingShown[];
  /** What it may be: open, and without a record of its own. */
  defects: readonly { id: string; label: string }[];
  zone: string;
  mayLink: boolean;
}) {
  const t = useTranslations("desk.raisedThere");
  const status = useTranslations("common.ncrStatus");
  if (findings.length === 0) return null;
  return (
    <section aria-labelledby="raised-there" className="mb-5">
      <h2 id="raised-there" className="mb-2 text-[18px] font-bold">
        {t("title")}
      </h2>
      <ul className="grid gap-2">
        {findings.map((finding) => (
          <li
            key={`${finding.connector}/${finding.externalId}`}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-3 text-[15px]"
          >
            <div className="grid min-w-0 flex-1 basis-72 gap-1">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <a
                  href={finding.url}
                  target="_blank"
                  rel="noreferrer"
                  className="mono font-[650] [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {finding.number}
                </a>
                <span className="text-ink-2">
                  {status.has(finding.status) ? status(finding.status) : finding.status}
                </span>
                {finding.linkedTo === null ? (
                  <Chip tone="warn">{t("unlinked")}</Chip>
                ) : (
                  <Chip tone="ok">{t("linked", { code: finding.linkedTo })}</Chip>
                )}
              </p>
              {finding.title === null ? null : (
                <p className="[overflow-wrap:anywhere]">{finding.title}</p>
              )}
              <p className="text-[14px] text-ink-2">
                {t("found", { system: finding.system })} <Moment at={finding.foundAt} zone={zone} />{" "}
                {t(`hold.${finding.hold}`)}
              </p>
            </div>
            {mayLink && finding.linkedTo === null && defects.length > 0 ? (
              <LinkRaised finding={finding} defects={defects} />
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
