"use client";
import { useTranslations } from "next-intl";
import { Mark } from "#components/ui/chip";
import type { Field } from "#lib/instructions/schema";
import { mean, range } from "#lib/kit/decimal";
import type { PlaceState } from "#lib/travelers/values.rules";
import { useDecimals, useWords } from "./language.tsx";
import type { At } from "./place.ts";
import { useWork } from "./work-context.tsx";

type Measurement = Extract<Field, { kind: "measurement" }>;

/**
 * Positions down, samples across: where somebody measures twelve values, they see which is next and what
 * the row says so far. A characteristic under statistical control shows the mean and range of each row.
 */
export function SampleGrid({
  field,
  places,
  at,
  onPick,
}: {
  field: Measurement;
  places: readonly PlaceState[];
  at: At | null;
  onPick: (place: PlaceState) => void;
}) {
  const t = useTranslations("floor.grid");
  const words = useWords();
  const { content } = useWork();
  const isSpc = content.characteristics.find(({ id }) => id === field.characteristic)?.spc === true;
  const samples = Array.from({ length: field.samples }, (_, index) => index + 1);
  const shown = useDecimals();
  return (
    <table className="w-full border-separate border-spacing-1 text-left">
      <caption className="pb-0.5 text-left text-[14px] font-[650] text-ink-2">
        {words(field.label)}
      </caption>
      <thead>
        <tr className="text-[13px] text-ink-2">
          <th scope="col">
            <span className="sr-only">{t("position")}</span>
          </th>
          {samples.map((sample) => (
            <th key={sample} scope="col" className="mono text-center font-medium">
              {sample}
            </th>
          ))}
          {isSpc ? (
            <>
              <th scope="col" className="text-center font-medium">
                <abbr title={t("mean")} className="no-underline">
                  x̄
                </abbr>
              </th>
              <th scope="col" className="text-center font-medium">
                <abbr title={t("range")} className="no-underline">
                  R
                </abbr>
              </th>
            </>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {field.positions.map((position) => {
          const row = places.filter((one) => one.position === position);
          const values = row.flatMap(({ reading }) => (reading === null ? [] : [reading.value]));
          return (
            <tr key={position}>
              <th scope="row" className="mono w-7 text-[16px]">
                {position}
              </th>
              {row.map((place) => (
                <Cell
                  key={place.sample}
                  place={place}
                  isHere={at?.position === position && at.sample === place.sample}
                  onPick={() => onPick(place)}
                />
              ))}
              {isSpc ? (
                <>
                  <td className="mono text-center text-[14px]">
                    {values.length === 0 ? "–" : shown(mean(values))}
                  </td>
                  <td className="mono text-center text-[14px]">
                    {values.length < 2 ? "–" : shown(range(values))}
                  </td>
                </>
              ) : null}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Cell({
  place,
  isHere,
  onPick,
}: {
  place: PlaceState;
  isHere: boolean;
  onPick: () => void;
}) {
  const t = useTranslations("floor.places");
  const grid = useTranslations("floor.grid");
  const shown = useDecimals();
  const { reading, open } = place;
  const isOut = open === "out_of_limits" || open === "out_of_process_limits";
  const look = isOut
    ? "border-stop bg-stop-wash"
    : isHere
      ? "border-[3px] border-act bg-sheet"
      : reading === null
        ? "border-edge bg-sheet"
        : "border-ok bg-ok-wash";
  return (
    <td className="p-0">
      <button
        type="button"
        aria-current={isHere ? "true" : undefined}
        onClick={onPick}
        className={`mono min-h-touch w-full rounded border-[1.5px] px-1 text-center leading-tight font-[650] ${isHere ? "text-[17px]" : "text-[15px]"} ${look}`}
      >
        <span className="sr-only">
          {grid("cell", { position: place.position, sample: place.sample })}{" "}
        </span>
        {reading === null ? "·" : shown(reading.value)}
        {reading !== null && reading.amendments.length > 0 ? <sup>*</sup> : null}
        {isOut ? (
          <span className="inline-block pl-0.5 align-middle text-stop">
            <Mark tone="stop" size={12} />
          </span>
        ) : null}
        <span className="sr-only"> {t(isOut ? "out" : reading === null ? "open" : "done")}</span>
      </button>
    </td>
  );
}
