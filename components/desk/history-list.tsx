import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import type { History, HistoryEntry } from "#lib/record/history.queries";

type Change = { before: unknown; after: unknown };
type Body = {
  changes?: Record<string, Change>;
  reason?: string | null;
  comment?: string | null;
  trainer?: string;
};

/** Who changed what, when, from what to what, and why: straight from the record. */
export function HistoryList({ history, zone }: { history: History; zone: string }) {
  const t = useTranslations("desk.history");
  if (history.entries.length === 0) return <p className="text-[15px] text-ink-2">{t("none")}</p>;
  return (
    <ol className="rounded border-[1.5px] border-rule bg-sheet">
      {history.entries.map((of) => (
        <HistoryRow key={of.hash} of={of} history={history} zone={zone} />
      ))}
    </ol>
  );
}

function HistoryRow({ of, history, zone }: { of: HistoryEntry; history: History; zone: string }) {
  const t = useTranslations("desk.history");
  const { entry, hash } = of;
  const body = entry.body as Body;
  const why = body.reason ?? body.comment ?? null;
  const type = entry.type.replace(".", "_");
  const who = entry.person === null ? null : history.people[entry.person];
  return (
    <li className="grid grid-cols-[250px_minmax(0,1fr)] gap-x-5 gap-y-1 border-t border-sunk px-5 py-3 text-[15px] first:border-t-0 max-md:grid-cols-1">
      <span className="mono text-[13px] text-ink-2">
        <Moment at={entry.occurredAt} zone={zone} shape="full" />
        <span className="block" title={hash}>
          {entry.seq} · {hash.slice(0, 8)}…
        </span>
      </span>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1 [overflow-wrap:anywhere]">
        <p>
          <b className="font-[650]">{t.has(`type.${type}`) ? t(`type.${type}`) : entry.type}</b>{" "}
          {body.trainer === undefined ? null : (
            <b className="font-[650]">{history.people[body.trainer]?.name}</b>
          )}{" "}
          <span className="text-ink-2">{who ? t("by", { name: who.name }) : t("bySystem")}</span>
        </p>
        {Object.entries(body.changes ?? {}).map(([name, { before, after }]) => (
          <p key={name} className="text-[14px]">
            <span className="text-ink-2">{t.has(`field.${name}`) ? t(`field.${name}`) : name}</span>{" "}
            <s className="mono whitespace-pre-wrap text-ink-2 [overflow-wrap:anywhere]">
              {shown(before)}
            </s>{" "}
            →{" "}
            <span className="mono font-[650] whitespace-pre-wrap [overflow-wrap:anywhere]">
              {shown(after)}
            </span>
          </p>
        ))}
        <Facts body={entry.body} />
        {why === null ? null : <p className="text-[14px]">“{history.texts[why] ?? t("gone")}”</p>}
      </div>
    </li>
  );
}

/** What else an entry says and a reader looks for. */
const told = [
  "role",
  "number",
  "badge",
  "certificate",
  "laboratory",
  "asFound",
  "asLeft",
  "calibrationDueOn",
  "code",
  "rows",
  "authority",
  "evidence",
  "validFrom",
  "validUntil",
  "issuedOn",
  "withdrawnOn",
  "part",
  "serial",
  "lot",
  "expiresOn",
  "supplier",
  "receivedOn",
  "waivableBy",
  "name",
  "prefix",
  "system",
  "address",
  "answered",
  "record",
  "gone",
  "retyped",
  "problem",
] as const;

function Facts({ body }: { body: unknown }) {
  const t = useTranslations("desk.history");
  const facts = body as Record<string, unknown>;
  const said = told.filter(
    (name) => typeof facts[name] === "string" || typeof facts[name] === "number",
  );
  if (said.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-x-4 text-[14px]">
      {said.map((name) => (
        <span key={name}>
          <span className="text-ink-2">{t(`field.${name}`)}</span>{" "}
          <span className="mono">{shown(facts[name])}</span>
        </span>
      ))}
    </p>
  );
}

const shown = (value: unknown): string =>
  value === null || value === undefined || value === "" ? "–" : String(value);
