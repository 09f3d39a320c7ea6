"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Stamp, type StampShape } from "#components/ui/stamp";
import type { BuyoffRequirement, Localized, Step } from "#lib/instructions/schema";
import { limitsText } from "#lib/kit/band";
import {
  type BuyoffPlace,
  type Chain,
  chainAt,
  coveredSteps,
  pendingAt,
  signatureAt,
} from "#lib/travelers/buyoffs.rules";
import { plannedField } from "#lib/travelers/plan.rules";
import { placesOf } from "#lib/travelers/values.rules";
import { useDecimals, useWords } from "./language.tsx";
import { usePlaceLabel } from "./place-chips.tsx";
import { usePeople, useWork } from "./work-context.tsx";

/** Every value, component and photo that the signature covers, as `buyoffContent` names them. */
export function BuyoffContent({
  at,
  requirement,
  title,
}: {
  at: BuyoffPlace;
  requirement: BuyoffRequirement;
  title: Localized;
}) {
  const words = useWords();
  return (
    <>
      <h1 className="text-[34px] leading-[1.12] font-bold tracking-[-0.015em] text-balance">
        {words(title)}
      </h1>
      <p className="max-w-[31em] border-l-[5px] border-act py-1 pl-4 text-[21px] leading-[1.4]">
        {words(requirement.meaning)}
      </p>
      <Scrolled label={words(title)}>
        <CoveredValues at={at} type={requirement.type} />
      </Scrolled>
    </>
  );
}

const Scrolled = ({ label, children }: { label: string; children: ReactNode }) => (
  <section
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
    tabIndex={0}
    aria-label={label}
    className="min-h-0 flex-1 overflow-auto"
  >
    {children}
  </section>
);

/** What was recorded in one step, as a trainer signs it. */
export const StepValues = ({ step, label }: { step: Step; label: string }) => (
  <Scrolled label={label}>
    <table className="w-full border-collapse text-[17px]">
      <tbody>
        <StepRows step={step} />
      </tbody>
    </table>
  </Scrolled>
);

export function CoveredValues({
  at,
  type,
}: {
  at: Pick<BuyoffPlace, "operation" | "step">;
  type: BuyoffRequirement["type"];
}) {
  const { state, content } = useWork();
  const chain = chainAt(state, content, at);
  if (chain === null) return null;
  return (
    <table className="w-full border-collapse text-[17px]">
      <tbody>
        {coveredSteps(state, content, chain, type).map((step) => (
          <StepRows key={step.id} step={step} />
        ))}
      </tbody>
    </table>
  );
}

function StepRows({ step }: { step: Step }) {
  const t = useTranslations("floor.sign");
  const words = useWords();
  const { state } = useWork();
  const places = placesOf(state, step).filter(
    ({ reading, installation, photos }) =>
      reading !== null || installation !== null || photos.length > 0,
  );
  const attempt = state.steps[step.id]?.attempt ?? 1;
  return (
    <>
      <tr>
        <th
          colSpan={4}
          scope="rowgroup"
          className="border-b-2 border-rule pt-3 pb-1 text-left text-[15px] font-[650] text-ink-2"
        >
          <span className="mono">{step.number}</span> {words(step.title)}
          {attempt > 1 ? ` · ${t("attempt", { attempt })}` : ""}
        </th>
      </tr>
      {places.map((place) => (
        <PlaceRow key={`${place.field}/${place.position}/${place.sample}`} place={place} />
      ))}
    </>
  );
}

/** A part number with its lot or serial number, in half of the narrowest table. */
const ONE_PIECE_LENGTH_MAX = 24;

function PlaceRow({ place }: { place: ReturnType<typeof placesOf>[number] }) {
  const t = useTranslations("floor.sign");
  const chips = useTranslations("floor.places");
  const gages = useTranslations("floor.gage");
  const format = useFormatter();
  const day = (of: string) =>
    format.dateTime(new Date(`${of}T12:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
  const shown = useDecimals();
  const label = usePlaceLabel()(place);
  const { content, packet } = useWork();
  const { reading, installation, photos } = place;
  const field = plannedField(content, place.field)?.field;
  const limits = reading?.limits;
  const isOut = reading?.verdict === "out_of_limits";
  const due = packet.gages.find(({ id }) => id === reading?.gage?.id)?.calibrationDueOn;
  const value =
    reading === null
      ? installation !== null
        ? `${installation.part} ${installation.serial ?? installation.lot ?? ""}`
        : t("photos", { count: photos.length })
      : reading.value === "pass" || reading.value === "fail" || reading.value === "yes"
        ? chips(reading.value)
        : `${shown(reading.value)} ${reading.unit ?? ""}`.trim();
  // A number, a part and its lot stay in one piece; a text may be long, and has to be read to its end all the same.
  const isInOnePiece = typeof reading?.unit === "string" || value.length <= ONE_PIECE_LENGTH_MAX;
  return (
    <tr className="border-b border-rule align-baseline">
      <td className="py-2 pr-3">
        {label}
        {field !== undefined && "characteristic" in field && field.characteristic !== undefined ? (
          <Balloon of={field.characteristic} />
        ) : null}
      </td>
      <td className="mono px-2 py-2 text-[15px] text-ink-2">
        {reading?.gage?.code ?? ""}
        {due === undefined ? null : (
          <span className="block font-sans text-[13px]">{gages("due", { date: day(due) })}</span>
        )}
      </td>
      <td className="mono px-2 py-2 text-right text-[15px] whitespace-nowrap text-ink-2">
        {limits == null ? "" : limitsText(limits, shown)}
      </td>
      <td className={`mono py-2 pl-2 text-right font-[650] ${isOut ? "text-stop" : "text-ok"}`}>
        {reading !== null && reading.amendments.length > 0 ? (
          <del className="mr-2 font-medium text-ink-3">
            {shown(reading.amendments[0]?.from ?? "")}
          </del>
        ) : null}
        <span className={isInOnePiece ? "whitespace-nowrap" : "wrap-anywhere"}>
          {value}
          {/* Never alone on a line. */}
          {`\u00A0${isOut ? "✕" : "✓"}`}
        </span>
        {isOut ? ` ${t("out")}` : ""}
      </td>
    </tr>
  );
}

function Balloon({ of }: { of: string }) {
  const { content } = useWork();
  const known = content.characteristics.find(({ id }) => id === of);
  if (known === undefined) return null;
  return (
    <span className="mono ml-2 text-[14px] text-ink-3">
      {known.balloon}
      {known.key === undefined ? "" : ` ${known.key}`}
    </span>
  );
}

/** Round for who does the work, square for who accepts it. */
export const stampShape = (type: BuyoffRequirement["type"]): StampShape =>
  type === "operator" || type === "second_operator" ? "round" : "square";

/** Who has signed and who is next, in the order of the chain. */
export function BuyoffChain({
  chain,
  now,
  isFresh = false,
  isStacked = false,
}: {
  chain: Chain;
  now: string | null;
  isFresh?: boolean;
  /** In a narrow column, one below the other. */
  isStacked?: boolean;
}) {
  return (
    <ol className={`flex shrink-0 gap-3 ${isStacked ? "flex-col" : ""}`}>
      {chain.requirements.map((requirement, index) => (
        <Link
          key={requirement.id}
          chain={chain}
          requirement={requirement}
          index={index}
          isNow={requirement.id === now}
          isFresh={isFresh}
        />
      ))}
    </ol>
  );
}

function Link({
  chain,
  requirement,
  index,
  isNow,
  isFresh,
}: {
  chain: Chain;
  requirement: BuyoffRequirement;
  index: number;
  isNow: boolean;
  isFresh: boolean;
}) {
  const t = useTranslations("floor.sign");
  const common = useTranslations("common");
  const format = useFormatter();
  const person = usePeople();
  const { state } = useWork();
  const place = {
    operation: chain.operation.id,
    step: chain.step?.id ?? null,
    requirement: requirement.id,
  };
  const buyoff = signatureAt(state, place) ?? pendingAt(state, place);
  const passed = state.witnessPasses.find((one) => one.requirement === requirement.id);
  const type = common(`buyoffType.${requirement.type}`);
  const shape = stampShape(requirement.type);
  const number = buyoff?.stamp ?? (buyoff === null ? "" : person(buyoff.person).initials);
  const status =
    buyoff === null ? "open" : buyoff.status === "superseded" ? "voided" : buyoff.status;
  return (
    <li
      className={`grid min-h-[96px] min-w-0 flex-1 grid-cols-[minmax(0,1fr)_64px] items-center gap-2.5 rounded bg-paper px-4 py-2.5 ${isNow ? "border-[2.5px] border-act" : "border-[1.5px] border-rule"}`}
    >
      <span className="leading-tight">
        <span className="block text-[15px] text-ink-2">
          {index + 1} · {type}
        </span>
        <b className="block truncate text-[18px]">
          {buyoff !== null
            ? person(buyoff.person).name
            : passed !== undefined
              ? t("passed")
              : t(isNow ? "isNext" : "later")}
        </b>
        <span className="block text-[14px] text-ink-2">
          {buyoff === null ? (
            requirement.type === "operator" ? (
              ""
            ) : (
              t("notTheDoer")
            )
          ) : (
            <span className="mono">
              {format.dateTime(new Date(buyoff.at), { timeStyle: "medium", hourCycle: "h23" })} ·{" "}
              {common(`method.${buyoff.method}`)}
            </span>
          )}
          {buyoff?.status === "pending_verification" ? (
            <b className="block text-warn">{common("buyoffStatus.pending_verification")}</b>
          ) : null}
        </span>
      </span>
      <Stamp
        number={number}
        shape={shape}
        state={status}
        fresh={isFresh && isNow}
        label={`${type}: ${common(`buyoffStatus.${status}`)}${number === "" ? "" : `, ${number}`}`}
      />
    </li>
  );
}
