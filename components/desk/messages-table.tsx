import { useTranslations } from "next-intl";
import { DeliveryState } from "#components/desk/delivery-state";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { ValidationChip } from "#components/desk/validation-chip";
import { needOf, reasonOf } from "#lib/defects/delivery-need.rules";
import type { FlowListed } from "#lib/feed/flow.queries";
import { validationOf } from "#lib/feed/flow.rules";
import type { MessageLine } from "#lib/feed/messages.queries";

export function MessagesTable({
  lines,
  flows,
  zone,
}: {
  lines: readonly MessageLine[];
  /** As they stand now: what a message that has not been sent would go by. */
  flows: readonly FlowListed[];
  zone: string;
}) {
  const t = useTranslations("desk.messages");
  const operation = useTranslations("desk.delivery.operation");
  const process = useTranslations("desk.messages.process");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("message")}</th>
            <th className={th}>{t("state")}</th>
            <th className={`${th} max-md:hidden`}>{t("to")}</th>
            <th className={`${th} max-sm:hidden`}>{t("about")}</th>
            <th className={`${th} text-right max-xl:hidden`}>{t("made")}</th>
            <th className={`${th} text-right max-lg:hidden`}>{t("changed")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <Link
                  href={`/feed/messages/${line.id}`}
                  className="font-[650] text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {line.process === "NCR" || line.process === "EVENTS"
                    ? operation(line.operation)
                    : process(line.process)}
                </Link>
                {line.number === null ? null : (
                  <span className="mono block text-[14px] [overflow-wrap:anywhere]">
                    {line.number}
                  </span>
                )}
              </th>
              <td className={td}>
                <span className="flex flex-wrap gap-1.5">
                  <DeliveryState state={line.state} />
                  <ValidationChip validation={validationOf(line, flows)} />
                </span>
                <Why line={line} />
              </td>
              <td className={`${td} max-md:hidden`}>{line.connector.name}</td>
              <td
                className={`${td} mono min-w-[15ch] text-[14px] [overflow-wrap:anywhere] max-sm:hidden`}
              >
                {line.traveler === null ? (
                  <span className="text-ink-3">–</span>
                ) : (
                  <>
                    {line.unit}
                    <span className="block text-[13px] text-ink-2">{line.order}</span>
                  </>
                )}
              </td>
              <td className={`${td} mono text-right text-[13px] text-ink-2 max-xl:hidden`}>
                <Moment at={line.createdAt} zone={zone} />
              </td>
              <td className={`${td} mono text-right text-[13px] text-ink-2 max-lg:hidden`}>
                <Moment at={line.updatedAt} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** In short: what a person has to know to decide which to open. */
function Why({ line }: { line: MessageLine }) {
  const t = useTranslations("desk.delivery.reason");
  const need = needOf(line.state);
  if (need === "there" || need === "over" || line.lastResult === null) return null;
  const reason = reasonOf(line.lastResult);
  return (
    <p className="mt-1 max-w-[46ch] text-[13px] text-ink-2">
      {t(reason.code)}{" "}
      {reason.said === "" ? null : (
        <q className="mono line-clamp-2 break-words">{reason.said.slice(0, 160)}</q>
      )}
    </p>
  );
}
