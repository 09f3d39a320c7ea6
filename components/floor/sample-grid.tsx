"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Mark } from "#components/ui/chip";
import type { Field } from "#lib/instructions/schema";
import { mean, range } from "#lib/kit/decimal";
import type { PlaceState } from "#lib/travelers/values.rules";
import { useDecimals, useWords } from "./language.tsx";
import type { At } from "./place.ts";
import { useWork } from "./work-context.tsx";

type Measurement = Extract<Field, { kind: "measurement" }>;

/** As many beside each other as a gloved finger can tell apart in the column that records. */
const ACROSS = 5;

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
  const words = useWords();
  const { content } = useWork();
  const isSpc = content.characteristics.find(({ id }) => id === field.characteristic)?.spc === true;
  const across = Math.min(field.samples, ACROSS);
  return (
    <table className="w-full table-fixed border-separate border-spacing-1 text-left">
      <caption className="pb-0.5 text-left text-[14px] font-[650] text-ink-2">
        {words(field.label)}
      </caption>
      {field.positions.map((position) => {
        const row = places.filter((one) => one.position === position);
        return (
          <tbody key={position}>
            <tr>
              <th scope="rowgroup" colSpan={across} className="pt-0.5 font-medium">
                <RowHead position={position} row={row} isSpc={isSpc} />
              </th>
            </tr>
            {lines(row, across).map((line) => (
              <tr key={line[0]?.sample}>
                {line.map((place) => (
                  <Cell
                    key={place.sample}
                    place={place}
                    isHere={at?.position === position && at.sample === place.sample}
                    onPick={() => onPick(place)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        );
      })}
    </table>
  );
}

const lines = (row: readonly PlaceState[], across: number): PlaceState[][] =>
  Array.from({ length: Math.ceil(row.length / across) }, (_, index) =>
    row.slice(index * across, (index + 1) * across),
  );

function RowHead({
  position,
  row,
  isSpc,
}: {
  position: string;
  row: readonly PlaceState[];
  isSpc: boolean;
}) {
  const t = useTranslations("floor.grid");
  const shown = useDecimals();
  const values = row.flatMap(({ reading }) => (reading === null ? [] : [reading.value]));
  return (
    <span className="flex items-baseline justify-between gap-3 text-[14px] text-ink-2">
      <span>
        <span className="sr-only">{t("position")} </span>
        <b className="mono text-[17px] text-ink">{position}</b>
      </span>
      {isSpc && values.length > 0 ? (
        <span className="mono">
          <abbr title={t("mean")} className="no-underline">
            x̄
          </abbr>{" "}
          {shown(mean(values))}
          {values.length < 2 ? null : (
            <>
              {" · "}
              <abbr title={t("range")} className="no-underline">
                R
              </abbr>{" "}
              {shown(range(values))}
            </>
          )}
        </span>
      ) : null}
    </span>
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
  const ref = useRef<HTMLTableCellElement>(null);
  useEffect(() => {
    if (isHere) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
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
    <td ref={ref} className="p-0">
      <button
        type="button"
        aria-current={isHere ? "true" : undefined}
        onClick={onPick}
        className={`mono grid min-h-touch w-full content-center rounded border-[1.5px] px-0 text-center leading-tight ${look}`}
      >
        <span aria-hidden className="flex items-center justify-center gap-1 text-[12px] text-ink-3">
          {place.sample}
          {isOut ? (
            <span className="text-stop">
              <Mark tone="stop" size={13} />
            </span>
          ) : null}
        </span>
        <span className="sr-only">
          {grid("cell", { position: place.position, sample: place.sample })}{" "}
        </span>
        <span className="text-[14px] font-[650]">
          {reading === null ? "–" : shown(reading.value)}
          {reading !== null && reading.amendments.length > 0 ? <sup>*</sup> : null}
        </span>
        <span className="sr-only"> {t(isOut ? "out" : reading === null ? "open" : "done")}</span>
      </button>
    </td>
  );
}
