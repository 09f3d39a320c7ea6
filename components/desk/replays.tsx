import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import type { ReplayLine, ReplayShown } from "#lib/feed/replay.queries";

/** What would happen, by kind of message, before anything goes. */
export function ReplayLines({ lines }: { lines: readonly ReplayLine[] }) {
  const t = useTranslations("desk.replay");
  const operation = useTranslations("desk.delivery.operation");
  const process = useTranslations("desk.messages.process");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("preview")}</caption>
        <thead>
          <tr>
            <th className={`${th} text-right`}>{t("count")}</th>
            <th className={th}>{t("kind")}</th>
            <th className={th}>{t("becomes")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ process: of, operation: does, what, count }) => {
            const goes = "effect" in what;
            const key = goes ? (`effect.${what.effect}` as const) : (`left.${what.left}` as const);
            return (
              <tr key={`${of}/${does}/${key}`}>
                <td className={`${td} mono w-24 text-right text-[17px] font-bold`}>{count}</td>
                <th scope="row" className={`${td} text-left font-[650]`}>
                  {does === "create" && of !== "NCR" ? process(of) : operation(does)}
                </th>
                <td className={`${td} ${goes ? "" : "text-ink-2"}`}>{t(key)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What was replayed before: by whom, why, and how far it is. */
export function Replays({ replays, zone }: { replays: readonly ReplayShown[]; zone: string }) {
  const t = useTranslations("desk.replay");
  return (
    <ul className="rounded border-[1.5px] border-rule bg-sheet text-[15px] [&>li]:border-t [&>li]:border-sunk [&>li:first-child]:border-t-0">
      {replays.map((replay) => (
        <li key={replay.id} className="grid gap-1 px-4 py-3">
          <p className="flex flex-wrap gap-x-3">
            <b>{replay.connector}</b>
            <span>{t("replayed", { count: replay.replayed })}</span>
            {replay.leftAlone === 0 ? null : (
              <span>{t("leftAlone", { count: replay.leftAlone })}</span>
            )}
            <span className={replay.stopped > 0 ? "font-[650] text-stop" : "text-ink-2"}>
              {t("standing", { waiting: replay.waiting, stopped: replay.stopped })}
            </span>
            <span className="mono ml-auto text-[13px] text-ink-2">
              <Moment at={replay.at} zone={zone} shape="full" />
            </span>
          </p>
          <p>
            {t("by", { person: replay.name })}{" "}
            {replay.reason === null ? null : <q>{replay.reason}</q>}
          </p>
          <p className="text-[13px] text-ink-2">
            <span className="mono">
              {replay.asked.from.replace("T", " ")} – {replay.asked.to.replace("T", " ")}
            </span>{" "}
            {[replay.asked.search, replay.asked.rule, replay.asked.said]
              .filter((part) => part !== "")
              .join(" · ")}{" "}
            {replay.asked.also.map((name) => t(`named.${name}` as "named.gone")).join(", ")}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The way here from the monitor. */
export function ReplayLink({ href }: { href: string }) {
  const t = useTranslations("desk.replay");
  return (
    <Link
      href={href}
      className="text-[15px] font-[650] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
    >
      {t("way")}
    </Link>
  );
}
