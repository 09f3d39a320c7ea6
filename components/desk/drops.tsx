import { useTranslations } from "next-intl";
import { ReplanDrop } from "#components/desk/drop-forms";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { Chip, type ChipTone } from "#components/ui/chip";
import type { DropContent } from "#lib/feed/drops.schema";
import type { DropMessageShown, DropShown, PlanShown } from "#lib/feed/drops-shown.queries";

/** In words, because a color alone says nothing to some. */
export function DropState({ drop }: { drop: DropShown }) {
  const t = useTranslations("desk.drops");
  const { state, connector, attempts } = drop;
  if (state === "waiting" && connector.status !== "active")
    return <Chip tone="stop">{t("state.paused")}</Chip>;
  if (state === "waiting" && attempts > 0) return <Chip tone="warn">{t("state.again")}</Chip>;
  if (state === "written" && drop.told !== null && drop.told.records > 0)
    return <Chip tone="act">{t("state.telling")}</Chip>;
  const tones = {
    waiting: "act",
    writing: "act",
    written: "ok",
    told: "ok",
    failed: "stop",
  } as const;
  const tone: ChipTone = tones[state];
  const nobodyToTell = state === "written" && drop.told !== null;
  return <Chip tone={tone}>{t(nobodyToTell ? "state.nothingToTell" : `state.${state}`)}</Chip>;
}

/** Moments and not days: a batch of today ends when it was asked for. */
export function DropRange({ drop, zone }: { drop: Pick<DropShown, "from" | "to">; zone: string }) {
  return (
    <>
      <Moment at={drop.from} zone={zone} /> – <Moment at={drop.to} zone={zone} />
    </>
  );
}

export function useScope() {
  const t = useTranslations("desk.drops");
  return ({ order, part }: Pick<DropShown, "order" | "part">): string =>
    [order === null ? null : t("ofOrder", { order }), part === null ? null : t("ofPart", { part })]
      .filter((of) => of !== null)
      .join(", ") || t("ofAll");
}

export function DropsTable({ drops, zone }: { drops: readonly DropShown[]; zone: string }) {
  const t = useTranslations("desk.drops");
  const scope = useScope();
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("range")}</th>
            <th className={th}>{t("stands")}</th>
            <th className={`${th} max-sm:hidden`}>{t("place")}</th>
            <th className={`${th} max-md:hidden`}>{t("asked")}</th>
          </tr>
        </thead>
        <tbody>
          {drops.map((drop) => (
            <tr key={drop.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <Link
                  href={`/feed/drops/${drop.id}`}
                  className="font-[650] text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  <DropRange drop={drop} zone={zone} />
                </Link>
                <span className="mt-0.5 block text-[13px] [overflow-wrap:anywhere] text-ink-2">
                  {scope(drop)}
                </span>
              </th>
              <td className={td}>
                <DropState drop={drop} />
                {drop.note === null ? null : (
                  <p className="mt-1 line-clamp-2 max-w-[46ch] text-[13px] [overflow-wrap:anywhere] text-ink-2">
                    {drop.note}
                  </p>
                )}
              </td>
              <td className={`${td} [overflow-wrap:anywhere] max-sm:hidden`}>
                {drop.connector.name}
              </td>
              <td className={`${td} text-[14px] text-ink-2 max-md:hidden`}>
                <Moment at={drop.askedAt} zone={zone} />
                <span className="block text-[13px]">{drop.askedBy ?? t("byItself")}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is asked for by itself. */
export function DropPlans({
  plans,
  zone,
  manages,
}: {
  plans: readonly PlanShown[];
  zone: string;
  manages: boolean;
}) {
  const t = useTranslations("desk.drops");
  const scope = useScope();
  if (plans.length === 0) return null;
  return (
    <section aria-label={t("plans")} className="mb-5">
      <ul className="grid gap-2">
        {plans.map(({ id, connector, told, part, hour, coveredUntil }) => (
          <li
            key={id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-3"
          >
            <p className="min-w-0 text-[15px] [overflow-wrap:anywhere]">
              <b className="font-[650]">{connector}</b>{" "}
              <span className="text-ink-2">
                {scope({ order: null, part })}
                {", "}
                {hour === null
                  ? t("off")
                  : t("daily", { hour: `${String(hour).padStart(2, "0")}:00`, zone })}
                {told === null ? null : `, ${t("tells", { system: told })}`}
                {", "}
                {t("covered")} <Moment at={coveredUntil} zone={zone} />
              </span>
            </p>
            {manages ? <ReplanDrop plan={id} name={connector} hour={hour} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function DropFiles({ content }: { content: DropContent }) {
  const t = useTranslations("desk.drops");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("files")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("file")}</th>
            <th className={`${th} text-right`}>{t("lines")}</th>
            <th className={`${th} text-right`}>{t("bytes")}</th>
            <th className={`${th} max-sm:hidden`}>{t("hash")}</th>
          </tr>
        </thead>
        <tbody>
          {content.files.map(({ name, lines, bytes, sha256 }) => (
            <tr key={name}>
              <th scope="row" className={`${td} mono text-left text-[14px] font-normal break-all`}>
                {name}
              </th>
              <td className={`${td} mono text-right`}>{lines ?? "–"}</td>
              <td className={`${td} mono text-right`}>{bytes}</td>
              <td className={`${td} mono text-[13px] break-all max-sm:hidden`}>{sha256}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const linked =
  "mono underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act";

/** Each record that is told of the batch, with where its message stands. */
export function DropMessages({ messages }: { messages: readonly DropMessageShown[] }) {
  const t = useTranslations("desk.drops");
  return (
    <ul className="rounded border-[1.5px] border-rule bg-sheet">
      {messages.map(({ delivery, number, url, state, lastResult }) => (
        <li
          key={delivery}
          className="flex flex-wrap items-center gap-x-5 gap-y-1 border-t border-sunk px-5 py-3 text-[15px] first:border-t-0"
        >
          {number === null ? (
            <span className="text-ink-2">{t("noNumber")}</span>
          ) : url === null ? (
            <b className="mono font-[650]">{number}</b>
          ) : (
            <a href={url} target="_blank" rel="noreferrer" className={`${linked} font-[650]`}>
              {number}
            </a>
          )}
          {state === "verified" ? (
            <Chip tone="ok">{t("message.verified")}</Chip>
          ) : state === "parked" || state === "dead" ? (
            <Chip tone="stop">{t("message.stopped")}</Chip>
          ) : state === "cancelled" || state === "superseded" ? (
            <Chip tone="plain">{t("message.notSent")}</Chip>
          ) : (
            <Chip tone="act">{t("message.onItsWay")}</Chip>
          )}
          <Link href={`/feed/messages/${delivery}`} className={linked}>
            {t("toMessage")}
          </Link>
          {lastResult === null || state === "verified" ? null : (
            <q className="basis-full text-[14px] [overflow-wrap:anywhere] text-ink-2">
              {lastResult}
            </q>
          )}
        </li>
      ))}
    </ul>
  );
}
