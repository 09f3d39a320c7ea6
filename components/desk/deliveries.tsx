import { useTranslations } from "next-intl";
import { DeliveryState } from "#components/desk/delivery-state";
import { Moment } from "#components/desk/moment";
import { RetryDelivery } from "#components/desk/retry-delivery";
import { needOf, reasonOf } from "#lib/defects/delivery-need.rules";
import type { AttemptShown, DeliveryShown } from "#lib/feed/queries";

export type DeliveryWithAttempts = { delivery: DeliveryShown; attempts: readonly AttemptShown[] };

/** What was sent to the QMS about a defect: where it stands, why, what happens next, and each attempt as it went. */
export function Deliveries({
  deliveries,
  zone,
  mayRetry,
}: {
  deliveries: readonly DeliveryWithAttempts[];
  zone: string;
  mayRetry: boolean;
}) {
  const t = useTranslations("desk.delivery");
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries" className="mb-2 text-[18px] font-bold">
        {t("title")}
      </h2>
      {deliveries.length === 0 ? <p className="text-[15px] text-ink-2">{t("noneYet")}</p> : null}
      {deliveries.map(({ delivery, attempts }) => (
        <article
          key={delivery.id}
          aria-label={t(`operation.${delivery.operation}`)}
          className="mb-3 rounded border-[1.5px] border-rule bg-sheet"
        >
          <header className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-[15px]">
            <DeliveryState state={delivery.state} />
            <span>
              {t(`operation.${delivery.operation}`)} →{" "}
              <b className="font-[650]">{delivery.connector.name}</b>
              {delivery.number === null ? null : (
                <b className="mono font-[650]"> {delivery.number}</b>
              )}
            </span>
            <span className="mono ml-auto text-[13px] text-ink-2">
              <Moment at={delivery.updatedAt} zone={zone} />
            </span>
          </header>
          {delivery.goneAt === null || delivery.operation !== "create" ? null : (
            <p className="border-t border-sunk px-4 py-3 text-[15px] font-[650] text-stop">
              {t("gone")} <Moment at={delivery.goneAt} zone={zone} />
            </p>
          )}
          <DeliveryStanding delivery={delivery} zone={zone} mayRetry={mayRetry} />
          {attempts.length === 0 ? null : (
            <details className="border-t border-sunk text-[14px]">
              <summary className="px-4 py-2 font-[650]">
                {t("attempts", { count: attempts.length })}
              </summary>
              <DeliveryAttempts delivery={delivery} attempts={attempts} zone={zone} />
            </details>
          )}
        </article>
      ))}
    </section>
  );
}

type Standing = Pick<
  DeliveryShown,
  "id" | "state" | "connector" | "lastResult" | "attempts" | "nextAt"
>;

/** Where it stands, why, what happens next, and what a person can do. */
export function DeliveryStanding({
  delivery,
  zone,
  mayRetry,
}: {
  delivery: Standing;
  zone: string;
  mayRetry: boolean;
}) {
  const t = useTranslations("desk.delivery");
  const { state, connector, lastResult, attempts } = delivery;
  const need = needOf(state);
  const reason = reasonOf(lastResult);
  const isWaiting = state === "pending" || state === "outcome_unknown";
  return (
    <div className="grid gap-2 border-t border-sunk px-4 py-3 text-[15px]">
      <p>{t(`story.${state}`, { count: attempts, qms: connector.name })}</p>
      {need === "there" || need === "over" ? null : (
        <p className="text-[14px] text-ink-2">
          {t(`reason.${reason.code}`)}
          {reason.said === "" ? null : <q className="mono ml-1 break-words">{reason.said}</q>}
          {isWaiting && connector.status === "active" ? (
            <>
              {" "}
              {t("nextTry")} <Moment at={delivery.nextAt} zone={zone} shape="time" />
            </>
          ) : null}
        </p>
      )}
      {connector.status === "active" || need === "there" || need === "over" ? null : (
        <p className="text-[14px] font-[650] text-stop">
          {t("connectorStopped", { qms: connector.name })}{" "}
          {connector.statusNote === null ? null : <q>{connector.statusNote}</q>}
        </p>
      )}
      {need !== "person" ? null : mayRetry ? (
        <RetryDelivery delivery={delivery.id} />
      ) : (
        <p className="text-[14px] font-[650]">{t("whoRetries")}</p>
      )}
    </div>
  );
}

const shown = "mono mt-1 rounded bg-sunk px-3 py-2 text-[13px] break-all whitespace-pre-wrap";

export function DeliveryAttempts({
  delivery,
  attempts,
  zone,
}: {
  delivery: Pick<DeliveryShown, "externalKey">;
  attempts: readonly AttemptShown[];
  zone: string;
}) {
  const t = useTranslations("desk.delivery");
  return (
    <div className="px-4 pb-4">
      <p className="mono mb-2 text-[13px] break-all text-ink-2">
        {t("key")} {delivery.externalKey}
      </p>
      <ol className="grid gap-3">
        {attempts.map((attempt, index) => (
          <li key={attempt.id} className="border-l-2 border-rule pl-3">
            <p>
              <b>{index + 1}.</b>{" "}
              {t.has(`act.${attempt.act}`) ? t(`act.${attempt.act}`) : attempt.act} ·{" "}
              <span className="mono">
                <Moment at={attempt.startedAt} zone={zone} shape="time" />
              </span>{" "}
              · <Answer attempt={attempt} />
            </p>
            <details>
              <summary className="py-1 text-ink-2">{t("request")}</summary>
              <pre className={shown}>{attempt.request}</pre>
            </details>
            {attempt.response === null ? null : (
              <details>
                <summary className="py-1 text-ink-2">{t("response")}</summary>
                <pre className={shown}>{attempt.response}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Answer({ attempt: { endedAt, classification } }: { attempt: AttemptShown }) {
  const t = useTranslations("desk.delivery");
  if (endedAt === null) return t("unanswered");
  if (classification === null) return null;
  return t.has(`answer.${classification}`) ? t(`answer.${classification}`) : classification;
}
