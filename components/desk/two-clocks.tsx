import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { Chip } from "#components/ui/chip";
import type { EntryLine } from "#lib/record/schema";

/** Whoever reads minutes sees the same: below, only one time is shown. */
const shownFromMs = 60_000;

/** When it was done and when the server heard of it, where that is not the same minute; and how the tablet's clock stood. */
export function TwoClocks({
  entry: { occurredAt, recordedAt, clock },
  zone,
}: {
  entry: Pick<EntryLine, "occurredAt" | "recordedAt" | "clock">;
  zone: string;
}) {
  const t = useTranslations("desk.clocks");
  if (clock === null) return null;
  const offMs = Date.parse(clock.wall) - Date.parse(occurredAt);
  const isLate = Date.parse(recordedAt) - Date.parse(occurredAt) >= shownFromMs;
  const isOff = Math.abs(offMs) >= shownFromMs;
  const { earliest, latest, jumpMs } = clock;
  if (!isLate && !isOff && jumpMs === undefined) return null;
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-[13px] text-ink-2 [&>dd]:mono">
      <dt>{t("done")}</dt>
      <dd>
        <Moment at={occurredAt} zone={zone} shape="full" />
      </dd>
      {earliest === undefined || latest === undefined ? null : (
        <>
          <dt>{t("between")}</dt>
          <dd>
            <Moment at={earliest} zone={zone} shape="full" /> –{" "}
            <Moment at={latest} zone={zone} shape="full" />
          </dd>
        </>
      )}
      <dt>{t("recorded")}</dt>
      <dd>
        <Moment at={recordedAt} zone={zone} shape="full" />
      </dd>
      {isOff ? (
        <>
          <dt>{t("tablet")}</dt>
          <dd>
            <Moment at={clock.wall} zone={zone} shape="full" />{" "}
            <Chip tone="warn">{t(jumpMs === undefined ? "off" : "set")}</Chip>
          </dd>
        </>
      ) : null}
    </dl>
  );
}
