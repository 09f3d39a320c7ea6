import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { GrantWaiver, RevokeWaiver, type WaiverToSign } from "#components/desk/waiver-forms";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { WaiverLine } from "#lib/travelers/waivers.queries";

type Reader = { id: string; name: string; mayGrant: boolean };

const looks: Record<WaiverLine["standing"], { tone: ChipTone; edge: string }> = {
  waiting: { tone: "warn", edge: "border-l-warn" },
  inForce: { tone: "ok", edge: "border-l-ok" },
  over: { tone: "plain", edge: "border-l-edge" },
  revoked: { tone: "stop", edge: "border-l-stop" },
};

/** Who may do what on which unit, who asked and who granted, and what the reader may do about it. */
export function WaiverLines({
  lines,
  reader,
  zone,
  isDemo,
}: {
  lines: readonly WaiverLine[];
  reader: Reader;
  zone: string;
  isDemo: boolean;
}) {
  return (
    <ul className="grid gap-3">
      {lines.map((line) => (
        <Line key={line.waiver.id} line={line} reader={reader} zone={zone} isDemo={isDemo} />
      ))}
    </ul>
  );
}

function Line({
  line,
  reader,
  zone,
  isDemo,
}: {
  line: WaiverLine;
  reader: Reader;
  zone: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.waivers");
  const { waiver, standing, names } = line;
  const { tone, edge } = looks[standing];
  return (
    <li
      className={`grid grid-cols-1 items-start gap-x-5 gap-y-3 rounded border-[1.5px] border-rule border-l-[6px] bg-sheet px-5 py-3.5 sm:grid-cols-[minmax(120px,0.8fr)_minmax(0,2fr)_auto] ${edge}`}
    >
      <p>
        <Link
          href={`/travelers/${line.traveler}`}
          className="mono text-[18px] font-bold [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
        >
          {line.unit}
        </Link>
        <span className="mono block text-[13px] text-ink-2">{line.workOrder}</span>
      </p>
      <div className="min-w-0 text-[15px] leading-6">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span>
            <b className="mono font-[700]">{waiver.qualification}</b>{" "}
            <b className="font-[700]">{t("for", { person: names.person })}</b>
          </span>
          <Chip tone={tone}>{t(`states.${standing}`)}</Chip>
          <span className="text-ink-2">
            {t(standing === "over" ? "since" : "until")}{" "}
            <span className="mono text-[14px]">
              <Moment at={waiver.validUntil} zone={zone} />
            </span>
          </span>
        </p>
        <Said line={line} zone={zone} />
      </div>
      <Acts line={line} reader={reader} zone={zone} isDemo={isDemo} />
    </li>
  );
}

/** Each who acted, when and why, one under the other as they came. */
function Said({
  line: { waiver, names, reason, revokedBecause },
  zone,
}: {
  line: WaiverLine;
  zone: string;
}) {
  const t = useTranslations("desk.waivers");
  const told = (who: string, at: string, why?: string | null) => (
    <li>
      {who}{" "}
      <span className="mono text-[14px] text-ink-2">
        <Moment at={at} zone={zone} />
      </span>
      {why === undefined ? null : (
        <span className="block border-l-[3px] border-rule pl-3 text-ink-2 [overflow-wrap:anywhere]">
          {why ?? t("disposed")}
        </span>
      )}
    </li>
  );
  const { requestedAt, grantedAt, revoked } = waiver;
  return (
    <ul className="mt-1 grid gap-0.5">
      {told(t("askedBy", { person: names.requestedBy }), requestedAt, reason)}
      {grantedAt === null ? null : told(t("grantedBy", { person: names.grantedBy }), grantedAt)}
      {revoked === null
        ? null
        : told(t("revokedBy", { person: names.revokedBy }), revoked.at, revokedBecause)}
    </ul>
  );
}

function Acts({
  line,
  reader,
  zone,
  isDemo,
}: {
  line: WaiverLine;
  reader: Reader;
  zone: string;
  isDemo: boolean;
}) {
  const t = useTranslations("desk.waivers");
  const { waiver, standing } = line;
  if (standing !== "waiting" && standing !== "inForce") return null;
  const toSign: WaiverToSign = {
    id: waiver.id,
    traveler: line.traveler,
    unit: line.unit,
    person: line.names.person,
    qualification: waiver.qualification,
    validUntil: waiver.validUntil,
    reason: line.reason ?? "",
    contentSha256: line.contentSha256,
  };
  const isOwn = waiver.requestedBy === reader.id;
  const isGrantable = standing === "waiting" && reader.mayGrant;
  return (
    <div className="flex flex-row-reverse flex-wrap items-start justify-between gap-x-8 gap-y-5 sm:flex-col sm:items-end">
      {!isGrantable ? null : isOwn || waiver.person === reader.id ? (
        <p className="max-w-[26ch] text-[14px] text-ink-2">{t(isOwn ? "own" : "helps")}</p>
      ) : (
        <GrantWaiver waiver={toSign} zone={zone} signer={reader.name} isDemo={isDemo} />
      )}
      <RevokeWaiver waiver={toSign} />
    </div>
  );
}
