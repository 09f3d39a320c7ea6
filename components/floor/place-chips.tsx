"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Mark } from "#components/ui/chip";
import { plannedField } from "#lib/travelers/plan.rules";
import type { PlaceState } from "#lib/travelers/values.rules";
import { useDecimals, useWords } from "./language.tsx";
import type { At } from "./place.ts";
import { SampleGrid } from "./sample-grid.tsx";
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
  const groups = grouped(places);
  return (
    <section
      aria-label={t("label")}
      className="flex min-h-[76px] shrink flex-col gap-1.5 overflow-auto"
    >
      {groups.map((group) => (
        <Group
          key={group.map(({ field, position }) => `${field}/${position}`).join()}
          places={group}
          isNamed={groups.length > 1}
          at={at}
          onPick={onPick}
        />
      ))}
    </section>
  );
}

/** The places of a field together under its name; fields with one place each side by side. */
function grouped(places: readonly PlaceState[]): PlaceState[][] {
  const groups: PlaceState[][] = [];
  const countOf = (field: string) => places.filter((one) => one.field === field).length;
  for (const place of places) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const belongs =
      before !== undefined &&
      (before.field === place.field || (countOf(before.field) === 1 && countOf(place.field) === 1));
    if (belongs) last?.push(place);
    else groups.push([place]);
  }
  return groups;
}

const columns = { 1: "grid-cols-1", 2: "grid-cols-2", 3: "grid-cols-3", 4: "grid-cols-4" } as const;

function Group({
  places,
  isNamed,
  at,
  onPick,
}: {
  places: readonly PlaceState[];
  isNamed: boolean;
  at: At | null;
  onPick: (place: PlaceState) => void;
}) {
  const words = useWords();
  const { content } = useWork();
  const [first] = places;
  const isOneField = places.length > 1 && places.every(({ field }) => field === first?.field);
  const field = first === undefined ? undefined : plannedField(content, first.field)?.field;
  if (field?.kind === "measurement" && field.samples > 1) {
    return <SampleGrid field={field} places={places} at={at} onPick={onPick} />;
  }
  const most = isOneField ? 4 : 3;
  const wide = columns[Math.min(places.length, most) as keyof typeof columns];
  return (
    <>
      {isNamed && isOneField && field !== undefined ? (
        <p className="pt-1 text-[14px] leading-tight font-[650] text-ink-2">{words(field.label)}</p>
      ) : null}
      <ul className={`grid shrink-0 content-start gap-1.5 ${wide}`}>
        {places.map((place) => (
          <PlaceChip
            key={`${place.field}/${place.position}/${place.sample}`}
            place={place}
            isShort={isOneField}
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
    </>
  );
}

function PlaceChip({
  place,
  isShort,
  isHere,
  onPick,
}: {
  place: PlaceState;
  /** All places are of one field: its name stands above them or in the value box. */
  isShort: boolean;
  isHere: boolean;
  onPick: () => void;
}) {
  const t = useTranslations("floor.places");
  const label = usePlaceLabel()(place);
  const decimals = useDecimals();
  const words = useWords();
  const { content } = useWork();
  const short = useShort();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isHere) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  const { reading, installation, photos, clock, record, open } = place;
  const isOut = open === "out_of_limits" || open === "out_of_process_limits";
  const shown =
    (reading === null ? undefined : decimals(reading.value)) ??
    installation?.serial ??
    installation?.lot ??
    clock?.lot ??
    record?.name ??
    (photos.length > 0 ? String(photos.length) : "");
  const chosen = plannedField(content, place.field)?.field;
  const option =
    chosen?.kind === "choice"
      ? chosen.options.find((one) => one.value === reading?.value)
      : undefined;
  const value =
    option !== undefined
      ? words(option.label)
      : reading?.value === "pass" || reading?.value === "fail" || reading?.value === "yes"
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
                <b className="mono text-[15px] text-ink">{short(place)}</b>
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
        <span
          className={`mono block min-h-6 font-[650] ${value.length > 7 ? "line-clamp-2 text-[14px] leading-tight wrap-anywhere" : "truncate text-[17px]"}`}
        >
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

/** The position, the sample, or both: whatever tells the places of one field apart. */
function useShort(): (place: At) => string {
  const { content } = useWork();
  return ({ field, position, sample }) => {
    const of = plannedField(content, field)?.field;
    const hasSamples = of?.kind === "measurement" && of.samples > 1;
    if (!hasSamples) return position;
    return of.positions.length > 1 ? `${position} · ${sample}` : String(sample);
  };
}
