import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import type { Entry, PersonName } from "#lib/travelers/history.queries";

/** The entries as they are: both clocks, who, hash and the one before, and the very line that is hashed. */
export function EntryList({
  entries,
  people,
  zone,
}: {
  entries: readonly Entry[];
  people: Readonly<Record<string, PersonName>>;
  zone: string;
}) {
  const t = useTranslations("desk.entries");
  const events = useTranslations("desk.events");
  return (
    <ol className="rounded border-[1.5px] border-rule bg-sheet">
      {entries.map(({ entry, hash, line }) => (
        <li key={entry.seq} className="keep border-t border-sunk first:border-t-0">
          <details>
            <summary className="grid list-none grid-cols-[56px_minmax(0,1.6fr)_minmax(0,1.2fr)_190px] items-baseline gap-x-4 px-4 py-2 text-[15px] hover:bg-paper">
              <span className="mono text-[14px] text-ink-2">{entry.seq}</span>
              <span>
                <b className="font-[650]">{events(entry.type.replace(".", "_"))}</b>
                <span className="mono block text-[13px] text-ink-2">{entry.type}</span>
              </span>
              <span>
                {entry.person === null
                  ? t("byRule")
                  : (people[entry.person]?.name ?? t("bySystem"))}
                <span className="mono block text-[13px] text-ink-2">
                  {[entry.station, entry.shift].filter(Boolean).join(" · ")}
                </span>
              </span>
              <span className="mono text-right text-[13px]">
                <Moment at={entry.occurredAt} zone={zone} />
                <span className="block text-ink-2" title={hash}>
                  {hash.slice(0, 8)}…{hash.slice(-4)}
                </span>
              </span>
            </summary>
            <div className="grid gap-3 border-t border-sunk bg-paper px-4 py-3 text-[14px]">
              <dl className="grid grid-cols-[150px_minmax(0,1fr)] gap-y-1 [&>dd]:break-all [&>dt]:text-ink-2">
                <dt>{t("occurred")}</dt>
                <dd className="mono">{entry.occurredAt}</dd>
                <dt>{t("recorded")}</dt>
                <dd className="mono">{entry.recordedAt}</dd>
                <dt>{t("hash")}</dt>
                <dd className="mono">{hash}</dd>
                <dt>{t("prev")}</dt>
                <dd className="mono">{entry.prev ?? t("first")}</dd>
              </dl>
              <pre className="mono max-h-80 overflow-auto rounded bg-sunk px-3 py-2 text-[13px] break-all whitespace-pre-wrap">
                {line}
              </pre>
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}
