"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Mark } from "#components/ui/chip";
import { plannedField } from "#lib/travelers/plan.rules";
import type { PlaceState } from "#lib/travelers/values.rules";
import { useWords } from "./language.tsx";
import type { At } from "./place.ts";
import { useWork } from "./work-context.tsx";

/** Every place of the step at a glance; a recorded one can be looked at, measured again or amended. */
export function PlaceChips({
  places,
  at,
  onPick,
}: {
  places: readonly PlaceState[];
  at: At | null;
  onPick: (place: PlaceState) => void;
}) {
  const t = useTranslations("floor.places");
  const [only] = places;
  // One place with nothing in it says nothing that the entry below doesn't.
  if (only === undefined || (places.length === 1 && only.open === "missing")) return null;
  const isOneField = places.every(({ field }) => field === only.field);
  const columns =
    places.length === 1
      ? "grid-cols-1"
      : places.length === 3
        ? "grid-cols-3"
        : places.length === 2
          ? "grid-cols-2"
          : "grid-cols-4";
  return (
    <ul
      aria-label={t("label")}
      className={`grid min-h-[76px] shrink content-start gap-1.5 overflow-auto ${columns}`}
    >
      {places.map((place) => (
        <PlaceChip
          key={`${place.field}/${place.position}/${place.sample}`}
          place={place}
          isShort={isOneField && places.length > 1}
          isHere={
            at !== null &&
            at.field === place.field &&
            at.position === place.position &&
            at.sample === place.sample
          }
          onPick={() => onPick(place)}
        />
      ))}
    </ul>
  );
}

function PlaceChip({
  place,
  isShort,
  isHere,
  onPick,
}: {
  place: PlaceState;
  /** All places are of one field: its name stands in the value box already. */
  isShort: boolean;
  isHere: boolean;
  onPick: () => void;
}) {
  const t = useTranslations("floor.places");
  const label = usePlaceLabel()(place);
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isHere) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  const { reading, installation, photos, open } = place;
  const isOut = open === "out_of_limits" || open === "out_of_process_limits";
  const shown =
    reading?.value ??
    installation?.serial ??
    installation?.lot ??
    (photos.length > 0 ? String(photos.length) : "");
  const value =
    reading?.value === "pass" || reading?.value === "fail" || reading?.value === "yes"
      ? t(reading.value)
      : shown;
  const isFilled = open === null && shown !== "";
  const look = isOut
    ? "border-stop bg-stop-wash"
    : isHere
      ? "border-[2.5px] border-act bg-sheet"
      : isFilled
        ? "border-ok bg-ok-wash"
        : "border-edge bg-sheet";
  return (
    <li ref={ref}>
      <button
        type="button"
        aria-current={isHere ? "true" : undefined}
        onClick={onPick}
        className={`min-h-touch w-full rounded border-[1.5px] px-2 py-1 text-left leading-tight ${look}`}
      >
        <span className="flex items-center justify-between gap-1 text-[13px] text-ink-2">
          <span className="line-clamp-2">
            {isShort ? (
              <>
                <b className="mono text-[15px] text-ink">{shortOf(place)}</b>
                <span className="sr-only"> {label}</span>
              </>
            ) : (
              label
            )}
          </span>
          <span className={isOut ? "text-stop" : "text-ok"}>
            {isOut ? (
              <Mark tone="stop" size={14} />
            ) : isFilled ? (
              <Mark tone="ok" size={14} />
            ) : null}
          </span>
        </span>
        <span className="mono block min-h-6 truncate text-[17px] font-[650]">
          {value}
          {reading !== null && reading.amendments.length > 0 ? <sup> *</sup> : null}
          <span className="sr-only"> {t(isOut ? "out" : isFilled ? "done" : "open")}</span>
        </span>
      </button>
    </li>
  );
}

/** "Bolt 3", "Bore A · 2": as short as the step allows. */
export function usePlaceLabel(): (place: At) => string {
  const words = useWords();
  const t = useTranslations("floor.places");
  const { content } = useWork();
  return (place) => {
    const field = plannedField(content, place.field)?.field;
    if (field === undefined) return place.position;
    const hasPositions = field.positions.length > 1;
    const samples = field.kind === "measurement" && field.samples > 1;
    const label = words(field.label);
    const at = hasPositions ? `${label} ${place.position}` : label;
    return samples ? t("sample", { label: at, sample: place.sample }) : at;
  };
}

const shortOf = ({ position, sample }: At): string =>
  sample > 1 ? `${position} · ${sample}` : position;
