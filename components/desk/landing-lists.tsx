import { useLocale, useTranslations } from "next-intl";
import { LandingLine, LandingSection } from "#components/desk/landing-section";
import { Moment } from "#components/desk/moment";
import { RefusalWhy } from "#components/desk/refusal-words";
import { RetryDelivery } from "#components/desk/retry-delivery";
import { TravelerState } from "#components/desk/traveler-state";
import { Chip } from "#components/ui/chip";
import type { DefectLine } from "#lib/defects/queries";
import type { DeliveryStopped } from "#lib/feed/queries";
import { limitsText } from "#lib/kit/band";
import { decimalIn, inLocale, type Locale, momentIn } from "#lib/messages/locales";
import type { WaitingReset } from "#lib/people/badges.queries";
import type { StationLine } from "#lib/people/stations.queries";
import type { GageLine } from "#lib/plant/gages.queries";
import type { ConflictCounts } from "#lib/travelers/conflicts.queries";
import type {
  Blocked,
  BuyoffWaiting,
  CallOpen,
  ProcessLimitWaiting,
  StandingStill,
} from "#lib/travelers/landing.queries";
import type { SignalKind } from "#lib/travelers/state.schema";
import type { OpenHold } from "#lib/travelers/waiting.queries";
import type { WaiverLine } from "#lib/travelers/waivers.queries";

/** As many as one takes in at a glance; the rest is behind the link. */
const shownMax = 6;

type Place = { zone: string; mayRead: boolean };
const recordOf = ({ traveler }: { traveler: string }, { mayRead }: Place) =>
  mayRead ? `/travelers/${traveler}` : undefined;

export function BuyoffsList({
  lines,
  place,
  customer,
}: {
  lines: readonly BuyoffWaiting[];
  place: Place;
  /** A customer's signatures are hold points. */
  customer: boolean;
}) {
  const t = useTranslations("desk.waiting");
  const common = useTranslations("common");
  const locale = useLocale() as Locale;
  return (
    <LandingSection
      id="signatures"
      title={t(customer ? "customerTitle" : "signaturesTitle")}
      count={lines.length}
      tone="act"
      none={t("signaturesNone")}
      all={{ href: "/buyoffs", label: t("signaturesAll") }}
    >
      {lines.slice(0, shownMax).map((line) => {
        const { requirement } = line.buyoff;
        const operation = line.content.operations.find(({ id }) => id === line.buyoff.operation);
        const step = operation?.steps.find(({ id }) => id === line.buyoff.step);
        const isRemote = requirement.presence === "remote";
        return (
          <LandingLine
            key={line.traveler + requirement.id}
            href={place.mayRead ? `/buyoffs/${line.traveler}/${requirement.id}` : undefined}
            name={line.unit}
            under={line.workOrder}
          >
            <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
              <b className="font-[700]">{common(`buyoffType.${requirement.type}`)}</b>
              {requirement.holdPoint ? <Chip tone="warn">{t("holdPoint")}</Chip> : null}
              {isRemote ? <Chip tone="act">{t("here")}</Chip> : null}
            </p>
            <p>
              <span className="mono">{step?.number ?? operation?.number}</span>{" "}
              {inLocale(step?.title ?? operation?.title ?? { en: "" }, locale)}
              {isRemote ? null : (
                <span className="text-ink-2">
                  {" · "}
                  {t("atUnit", { workCenter: operation?.workCenter ?? "" })}
                </span>
              )}
            </p>
          </LandingLine>
        );
      })}
    </LandingSection>
  );
}

export function HoldsList({
  lines,
  labels,
  place,
}: {
  lines: readonly OpenHold[];
  labels: Readonly<Record<string, string>>;
  place: Place;
}) {
  const t = useTranslations("desk.waiting");
  const common = useTranslations("common");
  return (
    <LandingSection
      id="holds"
      title={t("holdsTitle")}
      count={lines.length}
      tone="stop"
      none={t("holdsNone")}
      all={{ href: "/holds", label: t("holdsAll") }}
    >
      {lines.slice(0, shownMax).map((hold) => (
        <LandingLine
          key={hold.id}
          href={recordOf(hold, place)}
          name={hold.unit}
          under={hold.workOrder}
          when={<Moment at={hold.at} zone={place.zone} />}
        >
          <p className="font-[700] text-stop">{labels[hold.reason] ?? hold.reason}</p>
          {hold.defect === null ? null : (
            <p className="text-ink-2">
              <span className="mono">{hold.defect.code}</span>
              {hold.defect.ncrNumber === null ? null : (
                <b className="mono"> {hold.defect.ncrNumber}</b>
              )}
              {hold.defect.decisions.length === 0
                ? ` · ${t("undecided")}`
                : ` · ${hold.defect.decisions.map((of) => common(`decision.${of}`)).join(", ")}`}
            </p>
          )}
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function CallsList({ lines, place }: { lines: readonly CallOpen[]; place: Place }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="calls"
      title={t("callsTitle")}
      count={lines.length}
      tone="act"
      none={t("callsNone")}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.call.id}
          href={recordOf(line, place)}
          name={line.unit}
          under={line.workOrder}
          when={<Moment at={line.call.at} zone={place.zone} />}
        >
          <p>{t("called", { person: line.calledBy, operation: line.operation })}</p>
          <p className="text-ink-2">
            {t(line.call.acknowledgedAt === null ? "unanswered" : "onTheWay")}
          </p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function BlockedList({ lines, place }: { lines: readonly Blocked[]; place: Place }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="blocked"
      title={t("blockedTitle")}
      count={lines.length}
      tone="stop"
      none={t("blockedNone")}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.traveler + line.person}
          href={recordOf(line, place)}
          name={line.unit}
          under={line.station ?? line.workOrder}
          when={<Moment at={line.at} zone={place.zone} />}
        >
          <p className="font-[700]">{line.person}</p>
          <p>
            <RefusalWhy refused={line.refusal} />
          </p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function StandingList({ lines, place }: { lines: readonly StandingStill[]; place: Place }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="standing"
      title={t("standingTitle")}
      count={lines.length}
      tone="warn"
      none={t("standingNone")}
      all={{ href: "/travelers?show=open", label: t("standingAll") }}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.traveler}
          href={recordOf(line, place)}
          name={line.unit}
          under={line.workOrder}
        >
          <TravelerState status={line.status} operation={line.operation} />
          <p className="mt-1 text-ink-2">
            {t("lastRecorded")} <Moment at={line.lastAt} zone={place.zone} />
          </p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function ProcessLimitsList({
  lines,
  place,
}: {
  lines: readonly ProcessLimitWaiting[];
  place: Place;
}) {
  const t = useTranslations("desk.waiting");
  const locale = useLocale() as Locale;
  return (
    <LandingSection
      id="process-limits"
      title={t("processTitle")}
      count={lines.length}
      tone="warn"
      none={t("processNone")}
      all={{ href: "/process-limits", label: t("processAll") }}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.reading.id}
          href={recordOf(line, place)}
          name={line.unit}
          under={line.workOrder}
          when={<Moment at={line.reading.at} zone={place.zone} />}
        >
          <p>
            <span className="mono">{line.step.number}</span> {inLocale(line.field.label, locale)}
          </p>
          <p>
            <b className="mono text-warn">
              {decimalIn(line.reading.value, locale)} {line.reading.unit}
            </b>{" "}
            <span className="mono text-[14px] text-ink-2">
              {line.reading.process === null ? "" : limitsText(line.reading.process)}
            </span>
          </p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function WaiversList({ lines, place }: { lines: readonly WaiverLine[]; place: Place }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="waivers"
      title={t("waiversTitle")}
      count={lines.length}
      tone="act"
      none={t("waiversNone")}
      all={{ href: "/waivers", label: t("waiversAll") }}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.waiver.id}
          href={recordOf(line, place)}
          name={line.unit}
          under={line.workOrder}
          when={<Moment at={line.waiver.requestedAt} zone={place.zone} />}
        >
          <p>
            <b className="mono font-[700]">{line.waiver.qualification}</b>{" "}
            {t("waivedFor", { person: line.names.person })}
          </p>
          <p className="text-ink-2">{t("askedBy", { person: line.names.requestedBy })}</p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function DispositionsList({ lines, zone }: { lines: readonly DefectLine[]; zone: string }) {
  const t = useTranslations("desk.waiting");
  const common = useTranslations("common");
  return (
    <LandingSection
      id="dispositions"
      title={t("dispositionsTitle")}
      count={lines.length}
      tone="act"
      none={t("dispositionsNone")}
      all={{ href: "/defects?show=dispositioned", label: t("dispositionsAll") }}
    >
      {lines.slice(0, shownMax).map((line) => (
        <LandingLine
          key={line.id}
          href={`/defects/${line.id}`}
          name={line.unit}
          under={line.ncr?.number ?? line.workOrder}
          when={<Moment at={line.at} zone={zone} />}
        >
          <p>
            <b className="mono font-[700]">{line.code}</b>{" "}
            {line.decisions.map((of) => common(`decision.${of}`)).join(", ")}
          </p>
          <p className="text-ink-2">{t("toCarryOut")}</p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

/** What tablets brought that does not fit, by kind; quarantine stops somebody's work from counting. */
export function ConflictsList({ counts }: { counts: ConflictCounts }) {
  const t = useTranslations("desk.waiting");
  const kinds = ["quarantined", "devices", "conflict", "superseded_revision"] as const;
  const total = kinds.reduce((sum, kind) => sum + counts[kind], 0);
  return (
    <LandingSection
      id="conflicts"
      title={t("conflictsTitle")}
      count={total}
      tone={counts.quarantined + counts.devices > 0 ? "stop" : "warn"}
      none={t("conflictsNone")}
      all={{ href: "/conflicts", label: t("conflictsAll") }}
    >
      {kinds
        .filter((kind) => counts[kind] > 0)
        .map((kind) => (
          <LandingLine key={kind} href={`/conflicts#${kind}`} name={String(counts[kind])}>
            {t(`conflictKind.${kind}`)}
          </LandingLine>
        ))}
    </LandingSection>
  );
}

export function ReviewsList({
  counts,
}: {
  counts: readonly { kind: SignalKind; count: number }[];
}) {
  const t = useTranslations("desk.waiting");
  const kinds = useTranslations("desk.record.signal");
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <LandingSection
      id="reviews"
      title={t("reviewsTitle")}
      count={total}
      tone="warn"
      none={t("reviewsNone")}
      all={{ href: "/reviews", label: t("reviewsAll") }}
    >
      {counts.map(({ kind, count }) => (
        <LandingLine key={kind} href={`/reviews?kind=${kind}`} name={String(count)}>
          {kinds(kind)}
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function GagesList({ lines, today }: { lines: readonly GageLine[]; today: string }) {
  const t = useTranslations("desk.waiting");
  const locale = useLocale() as Locale;
  return (
    <LandingSection
      id="gages"
      title={t("gagesTitle")}
      count={lines.length}
      tone="warn"
      none={t("gagesNone")}
      all={{ href: "/gages", label: t("gagesAll") }}
    >
      {lines.slice(0, shownMax).map((gage) => (
        <LandingLine key={gage.id} href={`/gages/${gage.id}`} name={gage.code}>
          <p>{gage.name}</p>
          <p
            className={
              gage.status === "quarantined" || gage.calibrationDueOn < today
                ? "font-[650] text-stop"
                : "text-warn"
            }
          >
            {gage.status === "quarantined"
              ? t("gageQuarantined")
              : t(gage.calibrationDueOn < today ? "gageLapsed" : "gageDue", {
                  day: momentIn(gage.calibrationDueOn, locale, "UTC"),
                })}
          </p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function DeliveriesList({
  lines,
  place,
  mayOpen,
  mayRetry,
}: {
  lines: readonly DeliveryStopped[];
  place: Place;
  mayOpen: boolean;
  mayRetry: boolean;
}) {
  const t = useTranslations("desk.waiting");
  const delivery = useTranslations("desk.delivery");
  return (
    <LandingSection
      id="deliveries"
      title={t("deliveriesTitle")}
      count={lines.length}
      tone="stop"
      none={t("deliveriesNone")}
    >
      {lines.map((line) => (
        <LandingLine
          key={line.id}
          href={mayOpen && line.defect !== null ? `/defects/${line.defect}` : undefined}
          name={line.code ?? line.unit}
          under={line.code === null ? undefined : line.unit}
          when={<Moment at={line.updatedAt} zone={place.zone} />}
          act={mayRetry ? <RetryDelivery delivery={line.id} /> : undefined}
        >
          <p>
            <b className="font-[700]">{delivery(`operation.${line.operation}`)}</b> →{" "}
            {line.connector}
          </p>
          <p className="text-stop [overflow-wrap:anywhere]">{line.lastResult}</p>
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function StationsList({ lines }: { lines: readonly StationLine[] }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="stations"
      title={t("stationsTitle")}
      count={lines.length}
      tone="warn"
      none={t("stationsNone")}
      all={{ href: "/stations", label: t("stationsAll") }}
    >
      {lines.slice(0, shownMax).map(({ id, code, name, workCenter }) => (
        <LandingLine key={id} name={code} under={workCenter}>
          {name}
        </LandingLine>
      ))}
    </LandingSection>
  );
}

export function ResetsList({ lines, zone }: { lines: readonly WaitingReset[]; zone: string }) {
  const t = useTranslations("desk.waiting");
  return (
    <LandingSection
      id="resets"
      title={t("resetsTitle")}
      count={lines.length}
      tone="act"
      none={t("resetsNone")}
      all={{ href: "/people", label: t("resetsAll") }}
    >
      {lines.slice(0, shownMax).map((reset) => (
        <LandingLine
          key={reset.id}
          name={reset.name}
          when={<Moment at={reset.askedAt} zone={zone} />}
        >
          {t("resetAsked", { name: reset.askedByName })}
        </LandingLine>
      ))}
    </LandingSection>
  );
}
