import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DefectLink } from "#components/desk/defect-link";
import { Moment } from "#components/desk/moment";
import { holdLabel, nameOf, type RecordWords, said } from "#components/desk/record-words";
import { Mark } from "#components/ui/chip";
import type { RecordHead as Head } from "#lib/travelers/as-built-head.rules";
import type { OpenItem } from "#lib/travelers/progress.rules";

type Tone = "ok" | "warn" | "stop";
const inks: Record<Tone, string> = { ok: "text-ok", warn: "text-warn", stop: "text-stop" };

function Line({ tone, label, children }: { tone: Tone; label: string; children: ReactNode }) {
  return (
    <div className="keep grid grid-cols-1 items-baseline gap-y-1 sm:grid-cols-[190px_minmax(0,1fr)] gap-x-2 border-t border-sunk px-4 py-2 first:border-t-0">
      <dt className="flex items-center gap-2.5 text-[14px] text-ink-2">
        <span className={inks[tone]}>
          <Mark tone={tone} size={15} />
        </span>
        {label}
      </dt>
      <dd className="text-[15px] break-words">{children}</dd>
    </div>
  );
}

/** The five lines an inspector asks for, before anything else. */
export function RecordHead({
  head,
  open,
  revision,
  words,
}: {
  head: Head;
  open: readonly OpenItem[];
  revision: Revision;
  words: RecordWords;
}) {
  const t = useTranslations("desk.head");
  return (
    <dl aria-label={t("label")} className="mb-4 rounded border-[1.5px] border-rule bg-sheet">
      <Configuration head={head} revision={revision} words={words} />
      <OpenItems open={open} words={words} />
      <Ncrs head={head} opensDefects={words.opensDefects} />
      <Permits head={head} words={words} />
      <Line tone={head.amended.length === 0 ? "ok" : "warn"} label={t("amended")}>
        {head.amended.length === 0
          ? t("noneAmended")
          : head.amended.map((of) => (
              <span key={of.reading} className="mr-4 whitespace-nowrap">
                <span className="mono text-ink-2">{of.step}</span> {said(words, of.label)}{" "}
                {of.position}{" "}
                <span className="mono">
                  <del className="text-ink-2">{of.from}</del> <b className="font-[650]">{of.to}</b>
                </span>{" "}
                {of.unit}
              </span>
            ))}
      </Line>
    </dl>
  );
}

function Permits({ head, words }: { head: Head; words: RecordWords }) {
  const t = useTranslations("desk.head");
  const isNone = head.permits.length + head.waivers.length === 0;
  return (
    <Line tone={isNone ? "ok" : "warn"} label={t("permits")}>
      {isNone ? t("noPermits") : null}
      {head.permits.map((of) => (
        <span key={of.what + of.reference} className="mr-3">
          <b className="mono font-[650]">{of.reference}</b> {t(`permit.${of.what}`)} ({of.on})
        </span>
      ))}
      {head.waivers.map((of) => (
        <span key={of.id} className="mr-3">
          <b className="mono font-[650]">{of.qualification}</b>{" "}
          {t("waivedFor", { person: nameOf(words, of.person) ?? "" })}{" "}
          <Moment at={of.validUntil} zone={words.zone} />
        </span>
      ))}
    </Line>
  );
}

type Revision = { status: string; effectiveAt: string | null };

function Configuration({
  head,
  revision: { status: revisionStatus, effectiveAt },
  words,
}: {
  head: Head;
  revision: Revision;
  words: RecordWords;
}) {
  const t = useTranslations("desk.head");
  const { configuration } = head;
  const tone: Tone =
    !configuration.partAgrees || revisionStatus === "withdrawn"
      ? "stop"
      : revisionStatus === "effective" && configuration.alternates.length === 0
        ? "ok"
        : "warn";
  return (
    <Line tone={tone} label={t("configuration")}>
      <span className="mono">
        {configuration.instruction} {t("rev", { revision: configuration.revision })}
      </span>{" "}
      {t(`revision.${revisionStatus}`)}
      {effectiveAt === null ? null : (
        <>
          {" "}
          {t("effectiveSince")} <Moment at={effectiveAt} zone={words.zone} shape="day" />
        </>
      )}{" "}
      · {t("drawing")}{" "}
      <span className="mono">
        {configuration.drawing.number} {t("rev", { revision: configuration.drawing.revision })}
      </span>
      {configuration.partAgrees ? "" : ` · ${t("partDiffers")}`}
      {configuration.alternates.map((of) => (
        <span key={of.part + of.position}>
          {" · "}
          {t("alternate", { part: of.part, insteadOf: of.insteadOf })}
        </span>
      ))}
    </Line>
  );
}

function OpenItems({ open, words }: { open: readonly OpenItem[]; words: RecordWords }) {
  const t = useTranslations("desk.head");
  const common = useTranslations("common");
  const kinds = [...new Set(open.map((of) => of.code))];
  return (
    <Line tone={open.length === 0 ? "ok" : "warn"} label={t("open")}>
      {open.length === 0 ? (
        t("nothingOpen")
      ) : (
        <details>
          <summary className="underline decoration-rule decoration-2 underline-offset-4">
            {kinds
              .map((code) =>
                t(`openCount.${code}`, { count: open.filter((of) => of.code === code).length }),
              )
              .join(" · ")}
          </summary>
          <ul className="mt-2 gap-6 sm:columns-2 text-[14px] text-ink-2">
            {open.map((of, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two open items may read alike
              <li key={index} className="break-inside-avoid">
                <span className="mono">
                  {of.params.step || of.params.operation} {of.params.code}
                </span>{" "}
                {openSubject(of, words, common)} {t(`openItem.${of.code}`, of.params)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Line>
  );
}

/** What is open, in the author's words where it is a field. */
function openSubject(
  { code, params }: OpenItem,
  words: RecordWords,
  common: ReturnType<typeof useTranslations>,
): string {
  const field = params.field === undefined ? undefined : words.fields.get(params.field);
  const kind = code === "buyoff_open" ? common(`buyoffType.${params.type}`) : params.type;
  const hold = code === "hold_open" ? holdLabel(words, params.reason ?? "") : undefined;
  return [field && said(words, field), params.label, params.position, kind, hold]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
}

function Ncrs({ head, opensDefects }: { head: Head; opensDefects: boolean }) {
  const t = useTranslations("desk.head");
  const common = useTranslations("common");
  // Its pieces are in another lot, and what the QMS says of it stands there.
  const left = useTranslations("desk.record.defectStatus");
  const isOpen = head.ncrs.some((of) => of.defectStatus === "open");
  return (
    <Line tone={head.ncrs.length === 0 ? "ok" : isOpen ? "stop" : "warn"} label={t("ncrs")}>
      {head.ncrs.length === 0
        ? t("noNcrs")
        : head.ncrs.map((of) => (
            <span key={of.defect} className="mr-4">
              <DefectLink
                defect={of.defect}
                opens={opensDefects}
                className="mono font-[650] decoration-rule decoration-2"
              >
                {of.number ?? of.code}
              </DefectLink>{" "}
              {of.number === null ? t("noNumber") : of.code}
              {of.defectStatus === "transferred"
                ? ` · ${left("transferred")}`
                : stands(of, t("undecided"), common)}
              {of.byHand ? ` · ${t("byHand")}` : ""}
            </span>
          ))}
    </Line>
  );
}

/** Where the NCR stands, and what was decided. */
function stands(
  { status, decisions }: Head["ncrs"][number],
  undecided: string,
  common: ReturnType<typeof useTranslations<"common">>,
): string {
  const known = status === null ? "" : ` · ${common(`ncrStatus.${status}`)}`;
  const decided = decisions.map((of) => common(`decision.${of.decision}`)).join(", ");
  return `${known} · ${decisions.length === 0 ? undecided : decided}`;
}
