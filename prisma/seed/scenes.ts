import { written } from "./glyphs.ts";
import { chanceOf } from "./identity.ts";

/** What a photo of the demo can show. */
export const subjects = [
  "kit",
  "flanges",
  "bolts",
  "stripes",
  "front",
  "back",
  "plate",
  "label",
  "ply",
  "dial",
  "scratch",
  "void",
  "swarf",
  "torque",
  "page",
] as const;
export type Subject = (typeof subjects)[number];

export type Shot = { subject: Subject; take: number; unit: string };
type Chance = (label: string) => number;

export const width = 640;
export const height = 480;

/** One photo as a drawing: what lies there, in a light of its own. */
export function scene({ subject, take, unit }: Shot): string {
  const chance: Chance = (label) => chanceOf(`photo/${subject}/${take}/${unit}/${label}`);
  const between = (label: string, from: number, to: number) => from + (to - from) * chance(label);
  const tilt = between("tilt", -4, 4).toFixed(2);
  const zoom = between("zoom", 1.02, 1.14).toFixed(3);
  const lightX = between("light x", 0.15, 0.85).toFixed(2);
  const lightY = between("light y", 0.05, 0.6).toFixed(2);
  const shade = between("shade", 0.35, 0.6).toFixed(2);
  const [warm, cool] = chance("lamp") > 0.5 ? ["#fff1d6", "#1b2026"] : ["#eef4ff", "#14181f"];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<defs>
<linearGradient id="metal" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#c9cdd0"/><stop offset=".5" stop-color="#8f969c"/><stop offset="1" stop-color="#b6bbbf"/></linearGradient>
<linearGradient id="dark" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5c646b"/><stop offset="1" stop-color="#33393f"/></linearGradient>
<radialGradient id="bore"><stop offset="0" stop-color="#0c0e10"/><stop offset=".8" stop-color="#1d2226"/><stop offset="1" stop-color="#4d555c"/></radialGradient>
<radialGradient id="light" cx="${lightX}" cy="${lightY}" r=".95"><stop offset="0" stop-color="${warm}" stop-opacity=".38"/><stop offset=".45" stop-color="${warm}" stop-opacity="0"/><stop offset="1" stop-color="${cool}" stop-opacity="${shade}"/></radialGradient>
</defs>
<rect width="${width}" height="${height}" fill="${bench(chance)}"/>
<g transform="translate(${width / 2} ${height / 2}) rotate(${tilt}) scale(${zoom}) translate(${-width / 2} ${-height / 2})">${drawn[subject](chance, unit)}</g>
<rect width="${width}" height="${height}" fill="url(#light)"/>
</svg>`;
}

const benches = ["#4a5a52", "#5a5148", "#3f4a55", "#57534c"];
const bench = (chance: Chance): string =>
  benches[Math.floor(chance("bench") * benches.length)] ?? "#4a5a52";

const drawn: Readonly<Record<Subject, (chance: Chance, unit: string) => string>> = {
  kit,
  flanges: () => `${plate()}${flange(205, 245)}${flange(435, 245)}`,
  bolts: (chance) => `${plate()}${four((x, y, n) => hexagon(x, y, 38, chance(`bolt ${n}`) * 60))}`,
  stripes: (chance) => `${plate()}${four((x, y, n) => nut(x, y, chance(`nut ${n}`) * 60, true))}`,
  front: (_, unit) => `${bracket()}${tag(unit)}`,
  back: (_, unit) => `<g transform="translate(640 0) scale(-1 1)">${bracket()}</g>${tag(unit)}`,
  plate: dataPlate,
  label: harnessLabel,
  ply: plyOnTool,
  dial,
  scratch: (chance) =>
    `${plate()}<path d="M${180 + chance("x") * 80} 190q70 ${30 + chance("bend") * 40} 190 70" fill="none" stroke="#eef1f3" stroke-width="3"/><path d="M${182 + chance("x") * 80} 193q70 ${30 + chance("bend") * 40} 190 70" fill="none" stroke="#474d52" stroke-width="1.5"/>`,
  void: (chance) =>
    `${plate()}<path d="M60 300q60-26 130-8t150-4t130 8t120-10v46q-70 20-140 8t-140 6t-130-6t-120 4Z" fill="#8a5a2f"/><ellipse cx="${250 + chance("at") * 150}" cy="308" rx="26" ry="13" fill="#20150b"/>`,
  swarf: (chance) =>
    `${plate()}<path d="M300 240c30-40 60 30 30 36s-46-34-8-44s64 20 44 50s${-60 - chance("curl") * 30} 10-40-20" fill="none" stroke="#e9edf0" stroke-width="4"/>`,
  torque: (chance) =>
    `${plate()}${hexagon(320, 250, 64, chance("turn") * 60)}<path d="M250 170q70-50 140 0" fill="none" stroke="#e0532a" stroke-width="9"/>`,
  page: writtenSheet,
};

/** Four places around the fitting, as the bolts are. */
const four = (at: (x: number, y: number, n: number) => string): string =>
  [
    [200, 165],
    [440, 165],
    [200, 325],
    [440, 325],
  ]
    .map(([x = 0, y = 0], index) => at(x, y, index + 1))
    .join("");

const plate = (): string =>
  `<rect x="40" y="50" width="560" height="380" rx="18" fill="url(#metal)"/><rect x="40" y="50" width="560" height="380" rx="18" fill="none" stroke="#e4e8ea" stroke-width="3"/>`;

function flange(x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="96" fill="#3f6e4a" opacity=".55"/><circle cx="${x}" cy="${y}" r="86" fill="#b9b4a6"/><circle cx="${x}" cy="${y}" r="86" fill="none" stroke="#f0ede4" stroke-width="4"/><circle cx="${x}" cy="${y}" r="52" fill="url(#bore)"/><path d="M${x - 50} ${y - 10}a51 51 0 0 1 40-40" fill="none" stroke="#d9dde0" stroke-width="5"/>`;
}

function hexagon(x: number, y: number, r: number, turn: number): string {
  const corners = Array.from({ length: 6 }, (_, index) => {
    const angle = ((index * 60 + turn) * Math.PI) / 180;
    return `${(x + r * Math.cos(angle)).toFixed(1)} ${(y + r * Math.sin(angle)).toFixed(1)}`;
  });
  return `<circle cx="${x}" cy="${y}" r="${r * 1.25}" fill="#767d83"/><circle cx="${x}" cy="${y}" r="${r * 1.25}" fill="none" stroke="#d4d8db" stroke-width="2"/><path d="M${corners.join("L")}Z" fill="url(#dark)" stroke="#aab0b5" stroke-width="2"/><circle cx="${x}" cy="${y}" r="${r * 0.45}" fill="none" stroke="#9aa1a6" stroke-width="2"/>`;
}

const nut = (x: number, y: number, turn: number, isStriped: boolean): string =>
  `${hexagon(x, y, 40, turn)}<circle cx="${x}" cy="${y}" r="17" fill="#1c2024" stroke="#c2c7cb" stroke-width="2"/>${isStriped ? `<path d="M${x - 14} ${y + 4}L${x + 66} ${y + 22}" stroke="#f0641e" stroke-width="11" stroke-linecap="round"/>` : ""}`;

function bracket(): string {
  const holes = [
    [170, 330],
    [470, 330],
  ]
    .map(
      ([x, y]) =>
        `<circle cx="${x}" cy="${y}" r="46" fill="#b9b4a6" stroke="#f0ede4" stroke-width="3"/><circle cx="${x}" cy="${y}" r="28" fill="url(#bore)"/>`,
    )
    .join("");
  const nuts = [
    [250, 190],
    [390, 190],
    [250, 270],
    [390, 270],
  ]
    .map(([x = 0, y = 0], index) => `<g transform="scale(1)">${smallNut(x, y, index * 17 + 8)}</g>`)
    .join("");
  return `<path d="M90 380L140 260L210 120Q220 90 250 90H390Q420 90 430 120L500 260L550 380Q554 410 520 410H120Q86 410 90 380Z" fill="url(#metal)" stroke="#e4e8ea" stroke-width="3"/><path d="M220 150H420L440 300H200Z" fill="#a7adb2" stroke="#d9dde0" stroke-width="2"/><path d="M200 300H440" stroke="#8a5a2f" stroke-width="10"/>${holes}${nuts}`;
}

const smallNut = (x: number, y: number, turn: number): string =>
  `${hexagon(x, y, 17, turn)}<path d="M${x - 4} ${y + 2}L${x + 28} ${y + 9}" stroke="#f0641e" stroke-width="5" stroke-linecap="round"/>`;

const tag = (unit: string): string =>
  `<rect x="226" y="424" width="190" height="40" rx="4" fill="#f4f1e8"/><g fill="none" stroke="#26292c" stroke-width="3">${written(unit, { x: 240, y: 433, size: 22 })}</g>`;

function kit(chance: Chance): string {
  const cells = Array.from({ length: 14 }, (_, index) => {
    const x = 66 + (index % 7) * 74;
    const y = 86 + Math.floor(index / 7) * 84;
    const turn = chance(`tool ${index}`) * 20 - 10;
    return `<rect x="${x}" y="${y}" width="64" height="72" rx="8" fill="#20262b"/><g transform="rotate(${turn.toFixed(1)} ${x + 32} ${y + 36})"><rect x="${x + 26}" y="${y + 10}" width="12" height="40" rx="5" fill="url(#metal)"/><rect x="${x + 23}" y="${y + 38}" width="18" height="26" rx="6" fill="${index % 3 === 0 ? "#b5482a" : "#c9a227"}"/></g>`;
  }).join("");
  return `<rect x="40" y="60" width="560" height="370" rx="16" fill="#2c3339" stroke="#4b545c" stroke-width="4"/>${cells}<circle cx="150" cy="340" r="46" fill="#b9b4a6"/><circle cx="150" cy="340" r="28" fill="url(#bore)"/><circle cx="262" cy="340" r="46" fill="#b9b4a6"/><circle cx="262" cy="340" r="28" fill="url(#bore)"/>${[0, 1, 2, 3].map((n) => hexagon(360 + n * 62, 340, 20, chance(`bolt ${n}`) * 60)).join("")}`;
}

function dataPlate(chance: Chance, unit: string): string {
  const rows = ["4471-2210-1", unit, "REV C"];
  return `${plate()}<rect x="110" y="120" width="420" height="240" rx="10" fill="#d8dadb" stroke="#8d9499" stroke-width="3"/>${[
    [132, 142],
    [508, 142],
    [132, 338],
    [508, 338],
  ]
    .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="9" fill="#7f868c"/>`)
    .join(
      "",
    )}<g fill="none" stroke="#2a2d30" stroke-width="${(4 + chance("peen") * 2).toFixed(1)}" stroke-linecap="round" stroke-dasharray="1 6">${rows.map((row, index) => written(row, { x: 152, y: 158 + index * 62, size: 36 })).join("")}</g>`;
}

function harnessLabel(chance: Chance, unit: string): string {
  const wires = ["#c23b2e", "#2c5fa8", "#d9b32b", "#e9e7e0"]
    .map(
      (color, index) =>
        `<path d="M40 ${200 + index * 22}C220 ${150 + index * 30 + chance(`wire ${index}`) * 40} 420 ${260 + index * 10} 600 ${190 + index * 24}" fill="none" stroke="${color}" stroke-width="13"/>`,
    )
    .join("");
  return `${wires}<rect x="500" y="150" width="110" height="160" rx="14" fill="url(#dark)"/>${[0, 1, 2, 3].map((n) => `<circle cx="555" cy="${180 + n * 34}" r="9" fill="#d8b545"/>`).join("")}<rect x="190" y="210" width="210" height="66" rx="6" fill="#f6f4ec"/><g fill="none" stroke="#26292c" stroke-width="3.5">${written(unit, { x: 208, y: 231, size: 24 })}</g>`;
}

function plyOnTool(chance: Chance): string {
  const lines = Array.from({ length: 30 }, (_, index) => {
    const y = 110 + index * 9;
    return `<path d="M110 ${y}H${520 + Math.round(chance(`tow ${index}`) * 8)}" stroke="${index % 2 ? "#1a1d20" : "#2b3034"}" stroke-width="7"/>`;
  }).join("");
  return `<rect x="40" y="60" width="560" height="370" rx="6" fill="#9aa0a5"/>${lines}<path d="M70 250H580" stroke="#e0532a" stroke-width="3"/><path d="M560 240l22 10l-22 10" fill="none" stroke="#e0532a" stroke-width="3"/>`;
}

function dial(chance: Chance): string {
  const ticks = Array.from({ length: 50 }, (_, index) => {
    const angle = ((index * 7.2 - 90) * Math.PI) / 180;
    const inner = index % 5 === 0 ? 116 : 128;
    return `<path d="M${(320 + inner * Math.cos(angle)).toFixed(1)} ${(240 + inner * Math.sin(angle)).toFixed(1)}L${(320 + 140 * Math.cos(angle)).toFixed(1)} ${(240 + 140 * Math.sin(angle)).toFixed(1)}" stroke="#26292c" stroke-width="${index % 5 === 0 ? 4 : 2}"/>`;
  }).join("");
  const needle = 20 + chance("needle") * 60;
  return `<circle cx="320" cy="240" r="176" fill="url(#dark)"/><circle cx="320" cy="240" r="152" fill="#f5f3ec"/>${ticks}<g transform="rotate(${needle.toFixed(1)} 320 240)"><path d="M320 262L315 240L320 118L325 240Z" fill="#b3261e"/></g><circle cx="320" cy="240" r="10" fill="#26292c"/><rect x="300" y="410" width="40" height="70" fill="url(#metal)"/>`;
}

function writtenSheet(chance: Chance, unit: string): string {
  const lines = Array.from(
    { length: 7 },
    (_, index) =>
      `<path d="M150 ${180 + index * 34}H${360 + Math.round(chance(`line ${index}`) * 130)}" stroke="#6d7378" stroke-width="6" stroke-linecap="round"/>`,
  ).join("");
  return `<rect x="110" y="50" width="420" height="400" rx="4" fill="#f6f3ea"/><g fill="none" stroke="#26292c" stroke-width="4">${written(unit, { x: 150, y: 92, size: 34 })}</g>${lines}<path d="M380 400q20-30 34 0t30-10t40-6" fill="none" stroke="#1f4d8f" stroke-width="4"/>`;
}
