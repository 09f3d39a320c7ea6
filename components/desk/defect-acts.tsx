import { useTranslations } from "next-intl";
import { CloseDefect, CompleteRework } from "#components/desk/close-defect";
import { DispositionForm } from "#components/desk/disposition-form";
import { holdLabel, type RecordWords, said } from "#components/desk/record-words";
import { ReleaseHold } from "#components/desk/release-hold";
import { ScrapPieces } from "#components/desk/scrap-pieces";
import { type ReworkStep, StartRework } from "#components/desk/start-rework";
import type { Role } from "#lib/instructions/schema";
import { compare, subtract } from "#lib/kit/decimal";
import { runningTimers } from "#lib/travelers/clocks.rules";
import { scrapIn } from "#lib/travelers/defects.rules";
import type { TravelerRecord } from "#lib/travelers/history.queries";
import { scrappedOf } from "#lib/travelers/lot-balance.rules";
import { permissions } from "#lib/travelers/permissions.rules";
import type { CommandType } from "#lib/travelers/schema";
import type { Defect, TravelerState } from "#lib/travelers/state.schema";

type Asked = {
  record: TravelerRecord;
  defect: Defect;
  roles: readonly Role[];
  words: RecordWords;
};

/** What this person may do about it now, in the order in which it is done; nothing that isn't theirs. */
export function DefectActs(asked: Asked) {
  const t = useTranslations("desk.defect");
  const stands = howItStands(asked);
  return (
    <aside
      aria-label={t("acts")}
      className="flex flex-col gap-3 border-rule bg-sheet px-4 py-6 max-[1099px]:border-t-[1.5px] sm:px-5 min-[1100px]:border-l-[1.5px] print:hidden"
    >
      <h2 className="text-[17px] font-bold">{t("acts")}</h2>
      <p className="text-[14px] text-ink-2">{t(nextWords(asked.defect, stands))}</p>
      <Acts {...asked} stands={stands} />
    </aside>
  );
}

function howItStands({ record: { state }, defect }: Asked) {
  const own = state.reworks.filter((of) => of.defect === defect.id);
  return {
    holds: state.holds.filter((of) => of.defect === defect.id && of.released === null),
    reworks: own.filter(({ status }) => status === "in_work"),
    isReworked: own.some(({ status }) => status === "complete"),
  };
}
type Stands = ReturnType<typeof howItStands>;

function Acts({ record, defect, roles, words, stands }: Asked & { stands: Stands }) {
  const { state } = record;
  const { holds, reworks, isReworked } = stands;
  const may = (command: CommandType) => roles.some((role) => permissions[command].includes(role));
  const isOpen = defect.status === "open";
  const isRework = defect.dispositions.some((of) => of.decision === "rework");
  const ncr = defect.qms?.number ?? "";
  return [
    isOpen && may("receiveDisposition") && defect.dispositions.length === 0 ? (
      <DispositionForm
        key="disposition"
        traveler={state.id}
        defect={defect.id}
        code={defect.code}
        quantity={defect.quantity}
        ncr={ncr}
      />
    ) : null,
    ...(may("releaseHold")
      ? holds.map((hold) => (
          <ReleaseHold
            key={hold.id}
            mayByHand={roles.includes("quality")}
            hold={{
              id: hold.id,
              traveler: state.id,
              unit: state.unit.serial ?? state.unit.lot ?? "",
              reason: holdLabel(words, hold.reason),
              tied: true,
              ncr,
            }}
          />
        ))
      : []),
    isOpen && may("scrapTraveler") ? <Scrap key="scrap" state={state} defect={defect} /> : null,
    isOpen && isRework && reworks.length === 0 && may("startRework") ? (
      <StartRework
        key="rework"
        traveler={state.id}
        defect={defect.id}
        position={defect.position}
        steps={reworkSteps(record, words)}
        isAgain={isReworked}
      />
    ) : null,
    ...(may("completeRework")
      ? reworks.map((of) => (
          <CompleteRework key={of.id} traveler={state.id} rework={of.id} label={of.label} />
        ))
      : []),
    isOpen && may("closeDefect") && defect.dispositions.length > 0 ? (
      <CloseDefect
        key="close"
        traveler={state.id}
        defect={defect.id}
        code={defect.code}
        isNext={isReworked && reworks.length === 0 && holds.length === 0}
      />
    ) : null,
  ];
}

/** What is decided and not carried out yet. */
function Scrap({ state, defect }: { state: TravelerState; defect: Defect }) {
  const quantity = subtract(scrapIn(defect.dispositions), scrappedOf(state, defect.id));
  if (compare(quantity, "0") <= 0) return null;
  return <ScrapPieces traveler={state.id} defect={defect.id} quantity={quantity} />;
}

function nextWords(defect: Defect, { holds, reworks, isReworked }: Stands) {
  if (defect.status !== "open") return "next.settled";
  if (defect.dispositions.length === 0) return defect.qms === null ? "next.noNcr" : "next.waiting";
  if (reworks.length > 0) return "next.rework";
  if (holds.length > 0) return "next.hold";
  return isReworked ? "next.reworked" : "next.carryOut";
}

function reworkSteps({ state, content }: TravelerRecord, words: RecordWords): ReworkStep[] {
  return content.operations.flatMap((operation) =>
    operation.steps
      .filter((step) =>
        Object.values(state.steps).some((of) => of.step === step.id && of.startedAt !== null),
      )
      .map((step) => ({
        id: step.id,
        number: step.number,
        title: said(words, step.title),
        positions: [...new Set(step.fields.flatMap((field) => field.positions))],
        voids: {
          readings: state.readings.filter((of) => of.step === step.id).length,
          buyoffs: state.buyoffs
            .filter(({ covers }) => covers.some((at) => at.step === step.id))
            .filter(({ status }) => status === "signed" || status === "pending_verification")
            .map(({ id }) => id),
          timers: runningTimers(state).filter((of) => of.step === step.id).length,
        },
      })),
  );
}
