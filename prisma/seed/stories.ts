import type { Verdict } from "./job.ts";
import type { Kit } from "./plan.ts";
import { highDiameters, keyedWrong as keyedWrongUnit, serial } from "./schedule.ts";
import {
  badValue,
  decidedOnTheFloor,
  expiredLot,
  keyedWrong,
  lapsedSealing,
  nothingAfterAll,
  overTime,
  ownWork,
  seen,
  type Twist,
  waits,
  waivedRefresher,
} from "./twists.ts";

/** What happened to a unit of the past besides its instruction, and the values that its story is about. */
export type Tale = { twists: readonly Twist[]; values?: Kit["values"] };

const asItIs = (designAuthority: string, verification: string) =>
  ({ decision: "use_as_is", designAuthority, verification }) as const;
const rework = (
  again: NonNullable<Verdict["again"]>,
  verification: string,
  more: Partial<Verdict> = {},
) => ({ decision: "rework", again, verification, ...more }) as const;
/** The sealant is too old by then: a fresh mix, as in story 2. */
const freshMix = { step: "050.1", positions: null };
const oldMix = { part: "PS-B2", position: "1" };
const all = (...steps: string[]) => steps.map((step) => ({ step, positions: null }));
const hardware = (position: string) =>
  ["NG-BLT-06-14", "NG-NUT-06L", "NG-WSH-06"].map((part) => ({ part, position }));

type Numbered = (number: string) => Tale;

/** In the order in which the QMS numbered them: seventeen NCRs; two more come when the worker runs. */
const withNcr: readonly (readonly [number, Numbered])[] = [
  [
    75,
    (number) => ({
      values: { "050.3/1": "fail" },
      twists: [
        badValue(
          {
            code: "SEA-01",
            severity: "minor",
            step: "050.3",
            position: "1",
            location: "Lower edge, 8 mm",
            comment: "Squeeze-out stops for about 8 mm below the fitting.",
            photo: "void",
          },
          {
            number,
            ...rework([freshMix, ...all("050.3")], "Sealed anew, continuous all round.", {
              removed: [oldMix],
              values: { "050.3/1": "pass" },
            }),
          },
        ),
      ],
    }),
  ],
  [
    77,
    (number) => ({
      twists: [
        seen(
          {
            code: "FIN-01",
            severity: "minor",
            step: "090.1",
            location: "Left flank, 40 mm",
            comment: "Hairline scratch in the finish, cannot be felt with the nail.",
            photo: "scratch",
          },
          { number, ...asItIs("HA-EA-2207", "Depth compared with the finish standard.") },
        ),
      ],
    }),
  ],
  [
    80,
    (number) => ({
      values: { "070.1/1": "2.81" },
      twists: [
        badValue(
          {
            code: "BND-01",
            severity: "major",
            step: "070.1",
            position: "1",
            location: "Bond point at the fitting",
            comment: "Primer under the probe, the bond point is not bare.",
            photo: "bolts",
          },
          {
            number,
            ...rework(all("070.1"), "Bond point cleaned and measured again.", {
              values: { "070.1/1": "1.62" },
            }),
          },
        ),
      ],
    }),
  ],
  [
    82,
    (number) => ({
      twists: [
        seen(
          {
            code: "HDW-02",
            severity: "minor",
            step: "050.5",
            location: "Bolt 2",
            comment: "Bolt 2 stands with its head on the nut side.",
            photo: "bolts",
          },
          {
            number,
            ...rework(
              [freshMix, { step: "050.5", positions: ["2"] }],
              "All four heads on one side.",
              {
                removed: [oldMix, ...hardware("2")],
              },
            ),
          },
        ),
      ],
    }),
  ],
  [
    85,
    (number) => ({
      values: { "060.1/4": "3.0", "060.3/4": "20.9" },
      twists: [
        badValue(
          {
            code: "TRQ-02",
            severity: "minor",
            step: "060.3",
            position: "4",
            location: "Bolt 4",
            comment: "The wrench was let go before its signal.",
            photo: "torque",
          },
          {
            number,
            ...rework(
              [
                freshMix,
                { step: "060.1", positions: ["4"] },
                { step: "060.2", positions: ["4"] },
                { step: "060.3", positions: ["4"] },
              ],
              "Bolt 4 torqued again: 23.1 N·m.",
              { removed: [oldMix], values: { "060.1/4": "3.0", "060.3/4": "23.1" } },
            ),
          },
        ),
      ],
    }),
  ],
  [
    88,
    (number) => ({
      twists: [
        waits("060.4", "readClock", 112),
        overTime(
          { step: "060.4", position: "1", photo: "void" },
          {
            number,
            ...asItIs("HA-EA-2219", "Hardness of the witness cup measured after cure: in limits."),
          },
        ),
      ],
    }),
  ],
  [
    90,
    (number) => ({
      values: { "020.2/A": "28.573", "020.4/A": "28.610" },
      twists: [
        badValue(
          {
            code: "DIM-02",
            severity: "major",
            step: "020.2",
            position: "A",
            location: "Bore A",
            comment: "Smallest reading at mid depth, taken twice.",
            photo: "dial",
          },
          { number, ...asItIs("HA-EA-2224", "Interference of hole A 0.037 mm, accepted.") },
        ),
      ],
    }),
  ],
  [
    93,
    (number) => ({
      values: { "030.5/B": "fail" },
      twists: [
        badValue(
          {
            code: "FIN-02",
            severity: "minor",
            step: "030.5",
            position: "B",
            location: "Flange B",
            comment: "Flange B sits on a run of primer and is not down all round.",
            photo: "flanges",
          },
          {
            number,
            ...rework(all("030.5"), "Run cut back, primer touched up, flange seated.", {
              values: { "030.5/B": "pass" },
            }),
          },
        ),
      ],
    }),
  ],
  [
    96,
    (number) => ({
      values: { "060.1/2": "1.0" },
      twists: [
        badValue(
          {
            code: "TRQ-03",
            severity: "major",
            step: "060.1",
            position: "2",
            location: "Nut 2",
            comment: "The nut turns by hand: it does not lock.",
            photo: "torque",
          },
          {
            number,
            ...rework(
              [freshMix, { step: "050.5", positions: ["2"] }, { step: "060.1", positions: ["2"] }],
              "New bolt, nut and washers at 2; running torque 3.6 N·m.",
              { removed: [oldMix, ...hardware("2")], values: { "060.1/2": "3.6" } },
            ),
          },
        ),
      ],
    }),
  ],
  [
    99,
    (number) => ({
      twists: [
        seen(
          {
            code: "HDW-01",
            severity: "major",
            step: "050.5",
            location: "Bolt 3",
            comment: "Flat washers without chamfer under the head of bolt 3.",
            photo: "bolts",
          },
          {
            number,
            ...rework(
              [freshMix, { step: "050.5", positions: ["3"] }],
              "Chamfered, chamfer to head.",
              {
                removed: [oldMix, ...hardware("3")],
              },
            ),
          },
        ),
      ],
    }),
  ],
  [
    103,
    (number) => ({
      values: { "080.1/1": "3.4" },
      twists: [
        badValue(
          {
            code: "SEA-03",
            severity: "minor",
            step: "080.1",
            position: "1",
            location: "Upper edge",
            comment: "Fillet narrower than 4 mm along the upper edge.",
            photo: "void",
          },
          {
            number,
            ...rework(all("080.1"), "Fillet built up: 5.1 mm.", { values: { "080.1/1": "5.1" } }),
          },
        ),
      ],
    }),
  ],
  [
    107,
    (number) => ({
      twists: [
        seen(
          {
            code: "FOD-01",
            severity: "major",
            step: "090.1",
            location: "Between fitting and bracket",
            comment: "A curl of swarf behind the fitting.",
            photo: "swarf",
          },
          {
            number,
            ...rework(all("090.1"), "Swarf removed, area looked over with a mirror: clean."),
          },
        ),
      ],
    }),
  ],
  [114, (number) => highDiameter(number, serial(114), "HA-EA-2263")],
  [115, (number) => highDiameter(number, serial(115), "HA-EA-2264")],
  [116, (number) => highDiameter(number, serial(116), "HA-EA-2266")],
  // Story 2.
  [
    118,
    (number) => ({
      values: {
        "060.1/1": "2.6",
        "060.1/2": "3.1",
        "060.1/3": "3.4",
        "060.1/4": "2.9",
        "060.3/1": "22.7",
        "060.3/3": "27.2",
      },
      twists: [
        badValue(
          {
            code: "TRQ-01",
            severity: "major",
            step: "060.3",
            position: "3",
            location: "Bolt 3",
            comment: "Pulled on after the signal of the wrench.",
            photo: "torque",
          },
          {
            number,
            ...rework(
              [
                freshMix,
                { step: "050.5", positions: ["3"] },
                { step: "060.1", positions: ["3"] },
                { step: "060.2", positions: ["3"] },
                { step: "060.3", positions: ["3"] },
              ],
              "Bolt 3 torqued again with new hardware: 23.8 N·m, QI-07.",
              {
                removed: [oldMix, ...hardware("3")],
                values: { "060.1/3": "3.9", "060.3/3": "23.8" },
              },
            ),
          },
        ),
      ],
    }),
  ],
  // Story 3.
  [
    119,
    (number) => ({
      values: { "030.4/A": "37" },
      twists: [
        overTime(
          { step: "030.4", position: "A", photo: "flanges" },
          {
            number,
            ...asItIs("HA-EA-2271", "Flange A seated; ring test as the concession asks."),
            concession: "CON-HX200-0147",
          },
          decidedOnTheFloor,
        ),
      ],
    }),
  ],
];

/** Story 12: the bushing of the high lot, over its limit when it is in. */
function highDiameter(number: string, unit: string, designAuthority: string): Tale {
  return {
    values: { "040.1/A": highDiameters[unit] ?? "" },
    twists: [
      badValue(
        {
          code: "DIM-01",
          severity: "major",
          step: "040.1",
          position: "A",
          location: "Bushing A",
          comment: "Over the limit in both directions, bushing lot B13-0426.",
          photo: "dial",
        },
        { number, ...asItIs(designAuthority, "Pin gage 19.089 does not enter.") },
      ),
    ],
  };
}

/** Twelve that were withdrawn before they were sent. */
const withdrawnOnes: readonly (readonly [number, Twist])[] = (
  [
    [
      74,
      "DOC-01",
      "010.1",
      "Order label smudged, hard to scan.",
      "page",
      "Label printed again; the order is right.",
    ],
    [
      79,
      "FIN-01",
      "090.1",
      "Line across the face.",
      "scratch",
      "Pencil mark of the marking template, wiped off.",
    ],
    [
      83,
      "DOC-01",
      "010.3",
      "Certificate of the washers not in the bag.",
      "page",
      "Certificate was in the order's folder.",
    ],
    [
      86,
      "FOD-01",
      "080.2",
      "A fiber near nut 3.",
      "swarf",
      "Fiber of the operator's own wipe, removed at once.",
    ],
    [
      87,
      "FIN-02",
      "030.5",
      "Primer looks thin at flange A.",
      "flanges",
      "Thickness measured: within the process sheet.",
    ],
    [
      92,
      "DOC-01",
      "010.2",
      "Bracket number hard to read.",
      "plate",
      "Read with the lamp: it is the right one.",
    ],
    [
      95,
      "HDW-02",
      "050.5",
      "Heads look turned on the photo.",
      "bolts",
      "The photo was taken from the back.",
    ],
    [98, "SEA-01", "080.1", "Dark spot in the fillet.", "void", "Shadow of the clamp; no void."],
    [
      101,
      "FIN-01",
      "090.1",
      "Scratch beside the data plate.",
      "scratch",
      "In the film, not in the finish.",
    ],
    [
      105,
      "DOC-01",
      "100.1",
      "Photo of the front missing.",
      "page",
      "It was still on its way from the tablet.",
    ],
    [
      110,
      "BND-01",
      "070.1",
      "Value jumped before it settled.",
      "dial",
      "Probe seated again; steady within limits.",
    ],
    [
      112,
      "DOC-01",
      "010.1",
      "Unit logged under the neighbor's traveler.",
      "page",
      "The traveler was the right one.",
    ],
  ] as const
).map(([number, code, step, comment, photo, reason]) => [
  number,
  nothingAfterAll({ code, severity: "minor", step, comment, photo }, reason),
]);

const others: readonly (readonly [number, readonly Twist[]])[] = [
  [Number(keyedWrongUnit.slice(-4)), [keyedWrong]],
  [108, ownWork],
  [117, [expiredLot]],
  [120, [waivedRefresher, lapsedSealing]],
];

/** As the QMS numbers them, in the year in which the anchor lies. */
const ncr = (year: number, count: number): string =>
  `NCR-${year}-${String(count).padStart(5, "0")}`;
/** The one of the bushings, after those of the brackets. */
export const ncrOfBushings = (year: number): string => ncr(year, withNcr.length + 1);

/** By unit. */
export function tales(year: number): ReadonlyMap<string, Tale> {
  const told = new Map<string, Tale>();
  const add = (number: number, tale: Tale) => {
    const known = told.get(serial(number));
    const values = { ...known?.values, ...tale.values };
    told.set(serial(number), { values, twists: [...(known?.twists ?? []), ...tale.twists] });
  };
  for (const [index, [number, tale]] of withNcr.entries()) {
    add(number, tale(ncr(year, index + 1)));
  }
  for (const [number, twist] of withdrawnOnes) add(number, { twists: [twist] });
  for (const [number, twists] of others) add(number, { twists });
  return told;
}
