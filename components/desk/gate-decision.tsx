import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import type { GateDecision as Decision } from "#lib/feed/inbox.queries";

/** Of a message that waited for a person, or waits: who decided what, and why. */
export function GateDecision({
  waits,
  decision,
  zone,
}: {
  waits: boolean;
  decision: Decision | null;
  zone: string;
}) {
  const t = useTranslations("desk.inbox");
  if (waits)
    return (
      <p className="mb-5 rounded border-[1.5px] border-warn bg-warn-wash px-4 py-3 text-[15px]">
        {t("waitsHere")}{" "}
        <Link href="/feed/inbox" className="font-[650] underline underline-offset-4">
          {t("open")}
        </Link>
      </p>
    );
  if (decision === null) return null;
  return (
    <section
      aria-label={t("decidedHead")}
      className="mb-5 rounded border-[1.5px] border-rule bg-sheet px-4 py-3 text-[15px]"
    >
      {t(decision.what, { person: decision.person })} <Moment at={decision.at} zone={zone} />{" "}
      {decision.reason === null ? null : <q>{decision.reason}</q>}
    </section>
  );
}
