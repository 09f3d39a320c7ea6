import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { WithdrawBadge, WithdrawPasskey } from "#components/desk/person-forms";
import { IssueBadge } from "#components/desk/shown-once";
import { IssueStamp, WithdrawStamp } from "#components/desk/stamp-forms";
import type { BadgeLine, StampLine } from "#lib/people/badges.queries";
import type { PasskeyLine } from "#lib/people/passkeys.queries";
import type { StampKind } from "#lib/people/stamps.rules";

export function Card({
  title,
  action = null,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="rounded border-[1.5px] border-rule bg-sheet px-5 py-4">
      <div className="mb-2 flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 className="text-[17px] font-bold">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export function BadgesCard({
  person,
  badges,
  passkeys,
  zone,
  manages,
}: {
  person: { id: string; name: string };
  badges: readonly BadgeLine[];
  passkeys: readonly PasskeyLine[];
  zone: string;
  manages: boolean;
}) {
  const t = useTranslations("desk.people");
  return (
    <Card
      title={t("badges")}
      action={manages ? <IssueBadge person={person.id} name={person.name} /> : null}
    >
      <ul className="grid gap-1 text-[15px]">
        {badges.map((badge) => (
          <Held
            key={badge.id}
            name={badge.id}
            isWithdrawn={badge.withdrawnAt !== null}
            act={manages ? <WithdrawBadge badge={badge.id} /> : null}
          >
            {t("issued")} <Moment at={badge.issuedAt} zone={zone} shape="day" />
            {badge.withdrawnAt === null ? null : (
              <>
                {" · "}
                {t("withdrawn")} <Moment at={badge.withdrawnAt} zone={zone} shape="day" />
              </>
            )}
          </Held>
        ))}
        {badges.length === 0 ? <li className="text-ink-2">{t("noBadge")}</li> : null}
      </ul>
      <Passkeys passkeys={passkeys} zone={zone} manages={manages} />
    </Card>
  );
}

export function StampsCard({
  person,
  stamps,
  today,
  issues,
  withdraws,
}: {
  person: string;
  stamps: readonly StampLine[];
  today: string;
  /** The kind that fits whoever may be issued one here; null: nobody may. */
  issues: StampKind | null;
  withdraws: boolean;
}) {
  const t = useTranslations("desk.people");
  const stamped = useTranslations("desk.stamps");
  const kind = useTranslations("desk.stamps.kinds");
  return (
    <Card
      title={t("stamps")}
      action={issues === null ? null : <IssueStamp person={person} kind={issues} today={today} />}
    >
      <ul className="grid gap-1 text-[15px]">
        {stamps.map((stamp) => (
          <Held
            key={stamp.id}
            name={stamp.number}
            isWithdrawn={stamp.withdrawnOn !== null}
            act={withdraws ? <WithdrawStamp number={stamp.number} today={today} /> : null}
          >
            {kind.has(stamp.kind as StampKind) ? kind(stamp.kind as StampKind) : stamp.kind} ·{" "}
            {stamped("wasIssued")} <Moment at={stamp.issuedOn} zone="UTC" shape="day" />
            {stamp.withdrawnOn === null ? null : (
              <>
                {" · "}
                {stamped("wasWithdrawn")} <Moment at={stamp.withdrawnOn} zone="UTC" shape="day" />
              </>
            )}
          </Held>
        ))}
        {stamps.length === 0 ? <li className="text-ink-2">–</li> : null}
      </ul>
    </Card>
  );
}

/** Enrolled by the person at a tablet; here somebody sees them, and withdraws one that is lost. */
function Passkeys({
  passkeys,
  zone,
  manages,
}: {
  passkeys: readonly PasskeyLine[];
  zone: string;
  manages: boolean;
}) {
  const t = useTranslations("desk.people");
  return (
    <>
      <h3 className="mt-4 mb-1 text-[15px] font-bold">{t("passkeys")}</h3>
      <ul className="grid gap-1 text-[15px]">
        {passkeys.map(({ id, name, enrolledAt, withdrawnAt }) => (
          <Held
            key={id}
            name={name}
            isWithdrawn={withdrawnAt !== null}
            act={manages ? <WithdrawPasskey passkey={id} name={name} /> : null}
          >
            {t("enrolled")} <Moment at={enrolledAt} zone={zone} shape="day" />
            {withdrawnAt === null ? null : (
              <>
                {" · "}
                {t("withdrawn")} <Moment at={withdrawnAt} zone={zone} shape="day" />
              </>
            )}
          </Held>
        ))}
        {passkeys.length === 0 ? <li className="text-ink-2">{t("noPasskey")}</li> : null}
      </ul>
    </>
  );
}

function Held({
  name,
  isWithdrawn,
  act,
  children,
}: {
  name: string;
  isWithdrawn: boolean;
  act: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className="flex min-h-11 items-center justify-between gap-4 border-t border-sunk first:border-t-0">
      <span>
        <span className={`mono font-[650] ${isWithdrawn ? "text-ink-2 line-through" : ""}`}>
          {name}
        </span>
        <span className="block text-[13px] text-ink-2">{children}</span>
      </span>
      {isWithdrawn ? null : act}
    </li>
  );
}
