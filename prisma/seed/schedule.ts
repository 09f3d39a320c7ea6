import { dateIn, type Instant, instantIn, millis, minuteOfDayIn, plusMinutes } from "#lib/kit/time";
import { chanceOf } from "./identity.ts";
import { demoSites } from "./plant.ts";
import { firstShift, secondShift } from "./play.ts";
import { normalValues } from "./spread.ts";

const { timeZone } = demoSites.ng1;

/** A bracket of the twelve weeks before the anchor: when it was built, by whom, and what was measured. */
export type PastUnit = {
  unit: string;
  order: string;
  instruction: string;
  /** 1 to 12. */
  week: number;
  /** In which its bushings were fitted and measured. */
  shift: 1 | 2;
  releasedAt: Instant;
  /** Before this an operation does not begin: the unit waits for its shift. */
  earliest: Readonly<Record<string, Instant>>;
  measured: Readonly<Record<string, string>>;
  lots: Readonly<Record<string, string>>;
  gages: Readonly<Record<string, string>>;
};

export const firstPast = 73;
export const lastPast = 120;
const perWeek = 4;
const weeks = 12;
/** Days of a week on which its four units begin; two of them in the second shift. */
const beginsOn = [0, 1, 3, 4] as const;

export const serial = (number: number): string => `FSB-${String(number).padStart(4, "0")}`;
const numberOf = (unit: string): number => Number(unit.slice(-4));

/** From this serial on, revision 03 is built. */
export const firstOf03 = 91;
/** While BG-0149 was out for calibration, BG-0151 stood in. */
export const standIn: readonly string[] = [serial(100), serial(101), serial(102)];
/** The lot whose inside diameter came 0.014 high. */
export const highLot = "B13-0426";
/** Three over the limit of 19.083, two of them fitted in the second shift. Their mean is 19.0806. */
export const highDiameters: Readonly<Record<string, string>> = {
  [serial(113)]: "19.074",
  [serial(114)]: "19.086",
  [serial(115)]: "19.084",
  [serial(116)]: "19.085",
  [serial(117)]: "19.074",
};
/** Keyed as 19.38, and found to be 19.058 when it was measured again. */
export const keyedWrong = serial(104);

/** So many days from the anchor's day, at a time of the plant's own clock. */
export function at(anchor: Instant, days: number, hour: number, minute = 0): Instant {
  const noon = plusMinutes(anchor, 6 * 60 + days * 24 * 60);
  const day = dateIn(timeZone, noon);
  const found = instantIn(timeZone, day, hour * 60 + minute);
  if (!found) throw new Error(`the clocks skip ${hour}:${minute} on ${day}`);
  return found;
}

/** 06:00 of the plant's own day. Nothing is seeded after the evening before, so that none of it is to come. */
export function shiftStart(now: Instant): Instant {
  return instantIn(timeZone, dateIn(timeZone, now), 6 * 60) ?? now;
}

export function pastUnits(anchor: Instant): PastUnit[] {
  const units = Array.from({ length: lastPast - firstPast + 1 }, (_, index) => {
    const week = Math.floor(index / perWeek);
    const turn = index % perWeek;
    return { unit: serial(firstPast + index), week: week + 1, turn, shift: shiftOf(turn) };
  });
  const diameters = installedDiameters(units);
  return units.map(({ unit, week, turn, shift }, index) => {
    const day = -7 * weeks + 7 * (week - 1) + (beginsOn[turn] ?? 0);
    const late = (label: string, most: number) =>
      Math.floor(chanceOf(`${unit}/late/${label}`) * most);
    const begins =
      shift === 1 ? at(anchor, day, 6, late("kit", 25)) : at(anchor, day, 14, 5 + late("kit", 20));
    const earliest: Record<string, Instant> =
      shift === 1
        ? {
            "050": at(anchor, day, 14, 20 + late("seal", 25)),
            "070": at(anchor, day + 1, 6, 20 + late("bond", 30)),
          }
        : { "050": at(anchor, day + 1, 6, 30 + late("seal", 30)) };
    return {
      unit,
      order: orderOf(firstPast + index),
      instruction: instructionOf(unit),
      week,
      shift,
      releasedAt: plusMinutes(begins, -15),
      earliest,
      measured: diameters.get(unit) ?? {},
      lots: unit in highDiameters ? { "4471-2213-3": highLot } : {},
      gages: standIn.includes(unit) ? { bore_gage_18_22: "BG-0151" } : {},
    };
  });
}

const shiftOf = (turn: number): 1 | 2 => (turn % 2 === 0 ? 1 : 2);
const instructionOf = (unit: string): string =>
  numberOf(unit) < firstOf03 ? "wi-4471-2210-rev-02" : "wi-4471-2210-rev-03";

/** Orders of six, FSB-0073 to FSB-0126. */
export const orderNumbers = [
  "WO-700218",
  "WO-700241",
  "WO-700276",
  "WO-700301",
  "WO-700322",
  "WO-700347",
  "WO-700371",
  "WO-700396",
  "WO-700412",
] as const;
const orderOf = (number: number): string =>
  orderNumbers[Math.floor((number - firstPast) / 6)] ?? "WO-700412";

/** The day before its first unit; of what is not in the past, two days before that moment. */
export function orderedAt(units: readonly PastUnit[], number: string, otherwise: Instant): Instant {
  const first = units.find(({ order }) => order === number);
  return first ? plusMinutes(first.releasedAt, -26 * 60) : plusMinutes(otherwise, -50 * 60);
}

type Fitted = { unit: string; week: number; shift: 1 | 2 };

/** KC-1 at 040.1 and KC-2 at 040.2, as the plant's page says: mean 19.0665, sigma 0.0043, and what went wrong. */
function installedDiameters(
  units: readonly Fitted[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const isLate = ({ week, shift }: Fitted) => shift === 2 && week >= 9;
  const good = units.filter(({ unit }) => !(unit in highDiameters));
  const usual = good.filter((of) => !isLate(of));
  const late = good.filter(isLate);
  const sigma = 0.0043;
  const a = new Map<string, string>(Object.entries(highDiameters));
  const deal = (group: readonly Fitted[], mean: number, label: string) => {
    const values = normalValues(group.length, { mean, sigma, label });
    for (const [index, { unit }] of group.entries()) a.set(unit, (values[index] ?? 0).toFixed(3));
  };
  deal(usual, 19.0665, "KC-1");
  deal(late, 19.0755, "KC-1 second shift");
  const told = "19.058";
  const off = (unit: string) => Math.abs(Number(a.get(unit)) - Number(told));
  const [nearest] = usual.map(({ unit }) => unit).sort((one, other) => off(one) - off(other));
  a.set(nearest ?? "", a.get(keyedWrong) ?? "");
  a.set(keyedWrong, told);
  const b = normalValues(units.length, { mean: 19.0665, sigma, label: "KC-2" });
  return new Map(
    units.map(({ unit }, index) => [
      unit,
      { "040.1/A": a.get(unit) ?? "", "040.2/B": (b[index] ?? 0).toFixed(3) },
    ]),
  );
}

/** Who is at work at that time; each unit has a first hand of its own. */
export function crewOf(unit: string): (at: Instant) => readonly string[] {
  const [reyes, okafor, ...others] = firstShift;
  const turned = numberOf(unit) % 3 === 0 ? [okafor, reyes, ...others] : firstShift;
  const early = turned.filter((name) => name !== undefined);
  return (now) => {
    const minute = minuteOfDayIn(timeZone, now);
    const isFirst = minute >= 6 * 60 && minute < 14 * 60;
    return isFirst ? early : secondShift;
  };
}

/** Minutes until somebody may go on in the first shift that comes next; none within one. */
export function minutesToFirstShift(now: Instant): number {
  const minute = minuteOfDayIn(timeZone, now);
  if (minute >= 6 * 60 && minute < 12 * 60) return 0;
  const wait = minute < 6 * 60 ? 6 * 60 - minute : 30 * 60 - minute;
  return wait + 40;
}

export const secondsUntil = (now: Instant, then: Instant): number =>
  Math.max(0, (millis(then) - millis(now)) / 1000);
