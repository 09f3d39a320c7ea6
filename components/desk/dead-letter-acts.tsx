import { useTranslations } from "next-intl";
import {
  AskDiscard,
  DecideDiscard,
  EditDelivery,
  LinkDelivery,
} from "#components/desk/dead-letter-forms";
import { Moment } from "#components/desk/moment";
import { isEditable, mayAskDiscard, mayDecideDiscard, mayLink } from "#lib/feed/dead-letters.rules";
import type { Message } from "#lib/feed/messages.queries";

/** What a person can do with a message that is stopped, beside starting it again. */
export function DeadLetterActs({
  message,
  zone,
  reader,
}: {
  message: Message;
  zone: string;
  reader: { id: string; mayManage: boolean; mayDecide: boolean };
}) {
  const t = useTranslations("desk.messages");
  const { line, discard } = message;
  const stopped = {
    ...line,
    externalId: message.externalId,
    discardAskedBy: discard?.by ?? null,
  };
  const decides = reader.mayDecide && mayDecideDiscard(stopped, reader.id).ok;
  const acts = reader.mayManage
    ? [
        mayLink(stopped).ok ? <LinkDelivery key="link" delivery={line.id} /> : null,
        isEditable(stopped) ? (
          <EditDelivery
            key="edit"
            delivery={line.id}
            payload={JSON.stringify(message.payload, null, 2)}
          />
        ) : null,
        mayAskDiscard(stopped).ok ? <AskDiscard key="discard" delivery={line.id} /> : null,
      ].filter((act) => act !== null)
    : [];
  if (discard === null && acts.length === 0) return null;
  return (
    <section aria-label={t("acts")} className="mb-6 grid justify-items-start gap-3">
      {discard === null ? null : (
        <div className="w-full rounded border-[1.5px] border-warn bg-warn-wash px-4 py-3 text-[15px]">
          <p>
            {t.rich("discardAsked", {
              person: discard.name,
              at: () => <Moment at={discard.at} zone={zone} />,
            })}{" "}
            {discard.reason === null ? null : <q>{discard.reason}</q>}
          </p>
          {decides ? (
            <div className="mt-3">
              <DecideDiscard delivery={line.id} />
            </div>
          ) : (
            <p className="mt-1 font-[650]">{t("discardWho")}</p>
          )}
        </div>
      )}
      {acts.length === 0 ? null : <div className="flex flex-wrap gap-3">{acts}</div>}
    </section>
  );
}
