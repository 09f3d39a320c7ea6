import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { Card } from "#components/desk/person-cards";
import { EndTrainer, NameTrainer } from "#components/desk/trainer-forms";
import type { TrainingLine } from "#lib/people/trainers.queries";

/** Under whom somebody may do what they don't hold yet, and whom they stand beside. */
export function TrainingCard({
  person,
  training,
  kinds,
  others,
  today,
  manages,
}: {
  person: string;
  training: readonly TrainingLine[];
  kinds: readonly { code: string; label: string }[];
  /** Who could be named. */
  others: readonly { id: string; name: string }[];
  today: string;
  manages: boolean;
}) {
  const t = useTranslations("desk.training");
  if (training.length === 0 && !manages) return null;
  return (
    <div className="mb-7">
      <Card
        title={t("title")}
        action={
          manages ? (
            <NameTrainer person={person} others={others} kinds={kinds} today={today} />
          ) : null
        }
      >
        {training.length === 0 ? <p className="text-[15px] text-ink-2">{t("none")}</p> : null}
        <ul className="grid gap-1 text-[15px]">
          {training.map((of) => {
            const isOver = of.validUntil !== null && of.validUntil < today;
            const name = { name: of.other.name };
            return (
              <li
                key={of.id}
                className="flex min-h-11 items-center justify-between gap-4 border-t border-sunk first:border-t-0"
              >
                <span className={isOver ? "text-ink-2" : ""}>
                  <b className={`font-[650] ${isOver ? "line-through" : ""}`}>
                    {of.as === "apprentice" ? t("under", name) : t("trains", name)}
                  </b>{" "}
                  <span className="mono">{of.qualification ?? t("any")}</span>
                  <span className="block text-[13px] text-ink-2">
                    {t("from")} <Moment at={of.validFrom} zone="UTC" shape="day" />
                    {of.validUntil === null ? null : (
                      <>
                        {" "}
                        {t("through")} <Moment at={of.validUntil} zone="UTC" shape="day" />
                      </>
                    )}
                  </span>
                </span>
                {manages && of.as === "apprentice" && !isOver ? (
                  <EndTrainer training={of.id} name={of.other.name} today={today} />
                ) : null}
              </li>
            );
          })}
        </ul>
      </Card>
    </div>
  );
}
