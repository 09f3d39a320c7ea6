"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import type { Scan } from "#lib/kit/barcode";
import type { FloorPerson } from "#lib/offline/wire.schema";
import { useBeside } from "./offline-signing.tsx";
import type { OfflineSignerProps } from "./passkey-signer.tsx";
import { PersonMark } from "./person-mark.tsx";
import { type Problem, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";

/** The second person says who they are, of those whom the server has named at this tablet: by touch, or by their badge. */
export function ChooseBeside({
  at,
  requirement,
  isSigned,
  early,
  problem,
  onScan,
  onChosen,
  onOwn,
}: OfflineSignerProps & {
  problem: Problem | null;
  onScan: (scan: Scan) => void;
  onChosen: (person: FloorPerson) => void;
  /** Back to whoever is signed in; null: they may not give this one. */
  onOwn: (() => void) | null;
}) {
  const t = useTranslations("floor.sign");
  const types = useTranslations("common.buyoffType");
  const common = useTranslations("common");
  const people = useBeside(at, requirement) ?? [];
  useScan(isSigned ? early.keep : onScan);
  return (
    <section
      aria-label={t("signer")}
      className="flex min-h-0 flex-col gap-3 overflow-auto px-8 pt-7 pb-6"
    >
      <h2 className="text-[25px] leading-tight font-bold">
        {t("besideTitle", { type: types(requirement.type) })}
      </h2>
      {problem === null ? (
        <p className="text-[17px] leading-snug text-ink-2">
          {people.length === 0 ? t("besideNobody") : t("besideWho")}
        </p>
      ) : (
        <ServerProblem problem={problem} area="sign" />
      )}
      <ul className="flex flex-col gap-3">
        {people.map((person) => (
          <li key={person.id}>
            <Button
              className="flex w-full items-center gap-3.5 text-left"
              disabled={isSigned}
              onClick={() => onChosen(person)}
            >
              <PersonMark initials={person.initials} />
              <span className="min-w-0 [overflow-wrap:anywhere]">{person.name}</span>
            </Button>
          </li>
        ))}
      </ul>
      {onOwn === null ? null : (
        <Button className="mt-auto" onClick={onOwn}>
          {common("back")}
        </Button>
      )}
    </section>
  );
}
