import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DropRange, useScope } from "#components/desk/drops";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import type { DropContent } from "#lib/feed/drops.schema";
import type { DropShown } from "#lib/feed/drops-shown.queries";

export function DropFacts({
  drop,
  counts,
  zone,
}: {
  drop: DropShown;
  counts: DropContent["counts"] | null;
  zone: string;
}) {
  const t = useTranslations("desk.drops");
  const scope = useScope();
  return (
    <>
      <Trouble drop={drop} zone={zone} />
      <dl className="mb-6 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5 text-[15px] max-sm:grid-cols-1 [&>dt]:text-ink-2">
        <Fact of={t("range")}>
          <DropRange drop={drop} zone={zone} /> <span className="text-ink-2">({zone})</span>
        </Fact>
        <Fact of={t("scope")}>{scope(drop)}</Fact>
        <Fact of={t("discloses")}>{t(`disclosure.${drop.discloses}`)}</Fact>
        <Fact of={t("asked")}>
          <Moment at={drop.askedAt} zone={zone} shape="full" /> · {drop.askedBy ?? t("byItself")}
        </Fact>
        {drop.writtenAt === null ? null : (
          <Fact of={t("written")}>
            <Moment at={drop.writtenAt} zone={zone} shape="full" />
          </Fact>
        )}
        {counts === null ? null : (
          <Fact of={t("inIt")}>
            {t("counts", counts)}
            {counts.missing > 0 ? ` ${t("missing", { count: counts.missing })}` : null}
            {counts.unreadable > 0 ? ` ${t("unreadable", { count: counts.unreadable })}` : null}
          </Fact>
        )}
        {drop.uri === null ? null : (
          <Fact of={t("uri")}>
            <span className="mono text-[13px] break-all">{drop.uri}</span>
          </Fact>
        )}
        {drop.manifestSha256 === null ? null : (
          <Fact of={t("digest")}>
            <span className="mono text-[13px] break-all">{drop.manifestSha256}</span>
          </Fact>
        )}
        {drop.supersedes === null ? null : (
          <Fact of={t("supersedes")}>
            <Link
              href={`/feed/drops/${drop.supersedes.id}`}
              className="mono text-[13px] break-all underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
            >
              {drop.supersedes.folder}
            </Link>
          </Fact>
        )}
        {drop.told === null ? null : (
          <Fact of={t("told")}>
            {t("toldOf", drop.told)}
            {drop.toldAt === null ? null : (
              <>
                {" · "}
                <Moment at={drop.toldAt} zone={zone} shape="full" />
              </>
            )}
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ of, children }: { of: string; children: ReactNode }) {
  return (
    <>
      <dt>{of}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}

/** Why it is not there, what to do about it, and when it is tried again. */
function Trouble({ drop, zone }: { drop: DropShown; zone: string }) {
  const t = useTranslations("desk.drops");
  if (drop.trouble === null || drop.note === null) return null;
  const isPaused = drop.connector.status !== "active";
  return (
    <section
      aria-label={t("trouble")}
      className="mb-4 grid gap-1 rounded border-[1.5px] border-stop bg-sheet px-5 py-3.5 text-[15px]"
    >
      <p className="font-[650]">{t(`means.${drop.trouble}`)}</p>
      <p>{t(`helps.${drop.trouble}`)}</p>
      <q className="mono text-[13px] [overflow-wrap:anywhere] text-ink-2">{drop.note}</q>
      {drop.state === "waiting" ? (
        <p className="text-ink-2">
          {isPaused ? (
            t("whilePaused")
          ) : (
            <>
              {t("tries", { count: drop.attempts })}{" "}
              <Moment at={drop.nextAt} zone={zone} shape="full" />
            </>
          )}
        </p>
      ) : null}
    </section>
  );
}
