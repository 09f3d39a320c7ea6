import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache, type ReactNode } from "react";
import { DeadLetterActs } from "#components/desk/dead-letter-acts";
import { DeliveryAttempts, DeliveryStanding } from "#components/desk/deliveries";
import { DeliveryState } from "#components/desk/delivery-state";
import { FeedTabs } from "#components/desk/feed-tabs";
import { GateDecision } from "#components/desk/gate-decision";
import { Link } from "#components/desk/link";
import { MessageCodes } from "#components/desk/message-codes";
import { Moment } from "#components/desk/moment";
import { OneHead } from "#components/desk/page-head";
import { ValidationChip } from "#components/desk/validation-chip";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { codesOfMessage } from "#lib/feed/crosswalks.queries";
import { flowsAtSite } from "#lib/feed/flow.queries";
import { validationOf } from "#lib/feed/flow.rules";
import { gateDecision } from "#lib/feed/inbox.queries";
import { type Message, messageOf } from "#lib/feed/messages.queries";
import { attemptsOf } from "#lib/feed/queries";
import { type MessageReplay, replaysOfMessage } from "#lib/feed/replay.queries";

type Ask = { params: Promise<{ id: string }> };

// The title and the page ask for the same: it is read once.
const messageAsked = cache(async (id: string) => {
  const actor = await requireActor("feed.read");
  const message = isId(id) ? await messageOf(actor, id) : null;
  return message ? { actor, message } : notFound();
});

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { message } = await messageAsked((await params).id);
  return { title: [await titleOf(message), message.line.number].filter(Boolean).join(" · ") };
}

async function titleOf({ line }: Message): Promise<string> {
  const [operation, process] = await Promise.all([
    getTranslations("desk.delivery.operation"),
    getTranslations("desk.messages.process"),
  ]);
  return line.process === "NCR" || line.process === "EVENTS"
    ? operation(line.operation)
    : process(line.process);
}

/** One message's whole life: what it carries and why, what was sent, what came back, what can be done. */
export default async function MessagePage({ params }: Ask) {
  const { id } = await params;
  const { actor, message } = await messageAsked(id);
  const [t, title, plant, attempts, codes, decision, flows, replays] = await Promise.all([
    getTranslations("desk.messages"),
    titleOf(message),
    plantPolicy(actor),
    attemptsOf(actor, id),
    codesOfMessage(actor, id),
    gateDecision(actor, { delivery: id, rule: message.rule.name }),
    flowsAtSite(actor, { connector: message.connector.id }),
    replaysOfMessage(actor, id),
  ]);
  const zone = plant.timeZone;
  const { line, connector } = message;
  const mayReadUnit = may(actor, "traveler.read");
  return (
    <main className="max-w-[1100px] px-4 py-5 sm:px-8 sm:py-7">
      <OneHead
        crumbs={t("crumbs")}
        back={{ href: "/feed", label: t("title") }}
        title={
          <>
            {title} → {connector.name}
            {line.number === null ? null : <span className="mono"> {line.number}</span>}
          </>
        }
        state={
          <>
            <DeliveryState state={line.state} />
            <ValidationChip validation={validationOf(line, flows)} />
          </>
        }
      />
      <FeedTabs here={null} />
      <section
        aria-label={t("state")}
        className="mb-5 overflow-hidden rounded border-[1.5px] border-rule bg-sheet [&>*:first-child]:border-t-0"
      >
        <DeliveryStanding
          delivery={{ ...line, connector, nextAt: message.nextAt.toISOString() }}
          zone={zone}
          mayRetry={may(actor, "feed.manage")}
        />
      </section>
      <GateDecision waits={line.state === "gated"} decision={decision} zone={zone} />
      <DeadLetterActs
        message={message}
        zone={zone}
        reader={{
          id: actor.id,
          mayManage: may(actor, "feed.manage"),
          mayDecide: may(actor, "feed.approve"),
        }}
      />
      <Facts
        message={message}
        zone={zone}
        mayReadUnit={mayReadUnit}
        mayReadDefect={may(actor, "defect.read")}
      />
      <Validated sentOn={line.sentOn} />
      <MessageCodes codes={codes} />
      <Part id="attempts" title={t("attemptsTitle", { count: attempts.length })}>
        {attempts.length === 0 ? (
          <p className="px-4 py-3 text-[15px] text-ink-2">{t("noAttempts")}</p>
        ) : (
          <div className="pt-3">
            <DeliveryAttempts delivery={message} attempts={attempts} zone={zone} />
          </div>
        )}
      </Part>
      <Part id="payload" title={t("payload")}>
        <pre className="mono px-4 py-3 text-[13px] break-words whitespace-pre-wrap">
          {JSON.stringify(message.payload, null, 2)}
        </pre>
        <p className="mono border-t border-sunk px-4 py-2 text-[13px] break-all text-ink-2">
          SHA-256 {message.payloadSha256}
        </p>
      </Part>
      <Edits message={message} zone={zone} />
      <MessageReplays replays={replays} zone={zone} />
      <Siblings message={message} zone={zone} />
    </main>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mb-5">
      <h2 id={id} className="mb-2 text-[18px] font-bold">
        {title}
      </h2>
      <div className="overflow-hidden rounded border-[1.5px] border-rule bg-sheet text-[14px]">
        {children}
      </div>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-ink-2">{label}</dt>
      <dd className="font-[650] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

const link = "underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act";

async function Facts({
  message,
  zone,
  mayReadUnit,
  mayReadDefect,
}: {
  message: Message;
  zone: string;
  mayReadUnit: boolean;
  mayReadDefect: boolean;
}) {
  const t = await getTranslations("desk.messages");
  const { line, rule, record, events } = message;
  return (
    <dl className="mb-6 grid gap-x-6 gap-y-3 text-[15px] sm:grid-cols-2 min-[1000px]:grid-cols-3">
      {line.traveler === null ? null : (
        <Fact label={t("about")}>
          {mayReadUnit ? (
            <Link href={`/travelers/${line.traveler}`} className={`mono ${link}`}>
              {line.unit}
            </Link>
          ) : (
            <span className="mono">{line.unit}</span>
          )}{" "}
          <span className="mono font-normal">{line.order}</span>
        </Fact>
      )}
      {message.defect === null || !mayReadDefect ? null : (
        <Fact label={t("defect")}>
          <Link href={`/defects/${message.defect}`} className={link}>
            {t("openDefect")}
          </Link>
        </Fact>
      )}
      <Fact label={t("rule")}>
        <span className="mono">
          {rule.name} v{rule.version}
        </span>
      </Fact>
      <Fact label={t("made")}>
        <Moment at={line.createdAt} zone={zone} shape="full" />
      </Fact>
      {message.doneAt === null ? null : (
        <Fact label={t("over")}>
          <Moment at={message.doneAt} zone={zone} shape="full" />
        </Fact>
      )}
      <Fact label={t("key")}>
        <span className="mono text-[13px] font-normal">{message.externalKey}</span>
      </Fact>
      <Fact label={t("carries")}>
        <ul>
          {events.map((event) => (
            <li key={`${event.stream}-${event.seq}`} className="font-normal">
              {event.isTraveler && mayReadUnit ? (
                <Link
                  href={`/travelers/${event.stream}/entries#entry-${event.seq}`}
                  className={`mono text-[14px] ${link}`}
                >
                  {event.type}
                </Link>
              ) : (
                <span className="mono text-[14px]">{event.type}</span>
              )}{" "}
              <span className="mono text-[13px] text-ink-2">
                #{event.seq} <Moment at={event.at} zone={zone} />
              </span>
            </li>
          ))}
        </ul>
      </Fact>
      {record === null ? null : (
        <Fact label={t("theirs")}>
          <a href={record.url} rel="noreferrer" target="_blank" className={`mono ${link}`}>
            {record.number}
          </a>{" "}
          <span className="font-normal">
            {t.has(`status.${record.status}`)
              ? t(`status.${record.status}` as "status.open")
              : record.status}
            , {t("seen")} <Moment at={record.seenAt} zone={zone} />
          </span>
          {record.appliedNote === null ? null : (
            <span className="block font-normal text-warn">
              {t("notTaken")} <q className="mono">{record.appliedNote}</q>
            </span>
          )}
        </Fact>
      )}
    </dl>
  );
}

/** What its flow stood on when it was sent: an auditor sees what was so then. */
async function Validated({ sentOn }: Pick<Message["line"], "sentOn">) {
  const t = await getTranslations("desk.validation");
  return (
    <Part id="validation" title={t("onMessage")}>
      <p className="px-4 py-3 text-[15px]">
        {sentOn === null ? t("notSent") : t(`standHint.${sentOn.validation}`)}{" "}
        {!sentOn?.run ? null : (
          <Link href={`/feed/validation/${sentOn.run}`} className={link}>
            {t("restsOn")}
          </Link>
        )}
      </p>
      {sentOn === null ? null : (
        <p className="mono border-t border-sunk px-4 py-2 text-[13px] break-all text-ink-2">
          {t("configuration")} {sentOn.flowSha256}
        </p>
      )}
    </Part>
  );
}

/** Every change by a person, with what it said before. */
async function Edits({ message, zone }: { message: Message; zone: string }) {
  const t = await getTranslations("desk.messages");
  if (message.edits.length === 0) return null;
  return (
    <Part id="edits" title={t("edits")}>
      <ul className="[&>li]:border-t [&>li]:border-sunk [&>li:first-child]:border-t-0">
        {message.edits.map((edit) => (
          <li key={edit.id} className="px-4 py-3">
            <p>
              <Moment at={edit.at} zone={zone} /> {t("editedBy", { person: edit.name })}{" "}
              {edit.reason === null ? null : <q>{edit.reason}</q>}
            </p>
            <details>
              <summary className="py-1 text-ink-2">{t("before")}</summary>
              <pre className="mono text-[13px] break-words whitespace-pre-wrap">
                {JSON.stringify(edit.before, null, 2)}
              </pre>
            </details>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Each time that a person sent it again among others. */
async function MessageReplays({
  replays,
  zone,
}: {
  replays: readonly MessageReplay[];
  zone: string;
}) {
  const [t, state] = await Promise.all([
    getTranslations("desk.replay"),
    getTranslations("desk.delivery.state"),
  ]);
  if (replays.length === 0) return null;
  return (
    <Part id="replays" title={t("onMessage")}>
      <ul className="[&>li]:border-t [&>li]:border-sunk [&>li:first-child]:border-t-0">
        {replays.map((replay) => (
          <li key={replay.id} className="px-4 py-3">
            <p>
              <Moment at={replay.at} zone={zone} /> {t("by", { person: replay.name })}{" "}
              {replay.reason === null ? null : <q>{replay.reason}</q>}
            </p>
            <p className="text-ink-2">
              {t("was", { state: state(replay.was as "tracking") })} {t(`effect.${replay.effect}`)}
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** The record that it belongs to in the other system: everything that went there under the same key. */
async function Siblings({ message, zone }: { message: Message; zone: string }) {
  const [t, operation] = await Promise.all([
    getTranslations("desk.messages"),
    getTranslations("desk.delivery.operation"),
  ]);
  if (message.others.length === 0) return null;
  return (
    <Part id="others" title={t("others")}>
      <ul className="[&>li]:border-t [&>li]:border-sunk [&>li:first-child]:border-t-0">
        {message.others.map((other) => (
          <li key={other.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
            <DeliveryState state={other.state} />
            <Link href={`/feed/messages/${other.id}`} className={`font-[650] ${link}`}>
              {operation(other.operation)}
            </Link>
            <span className="mono ml-auto text-[13px] text-ink-2">
              <Moment at={other.updatedAt} zone={zone} />
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
