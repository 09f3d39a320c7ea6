import type { PlantPolicy } from "#lib/travelers/facts.schema";

export const demoSites = {
  ng1: {
    id: "0b6a4d6e-5c3f-8a10-9d4e-1f2a3b4c5d01",
    code: "NG1",
    name: "Northgate Aerostructures, assembly",
    timeZone: "America/Chicago",
  },
  ng2: {
    id: "0b6a4d6e-5c3f-8a10-9d4e-1f2a3b4c5d02",
    code: "NG2",
    name: "Northgate Aerostructures, machining",
    timeZone: "America/Phoenix",
  },
} as const;

const twoShifts = [
  { code: "1", from: "06:00", to: "14:00" },
  { code: "2", from: "14:00", to: "22:00" },
] as const;

/** Times of day in the site's zone; outside them an entry belongs to no shift. */
export const demoShifts = [{ validFrom: "2020-01-01", shifts: twoShifts }] as const;

type DemoStation = { code: string; name: string; workCenter: string };
const assembly: readonly DemoStation[] = [
  { code: "KIT-1", name: "Kitting", workCenter: "KIT" },
  { code: "MET-1", name: "Measuring room", workCenter: "MET" },
  { code: "CRYO-1", name: "Shrink fit", workCenter: "CRYO" },
  { code: "SEAL-1", name: "Sealing booth", workCenter: "SEAL" },
  { code: "ASM-1", name: "Assembly bench", workCenter: "ASM" },
  { code: "TST-1", name: "Bond test", workCenter: "TST" },
  { code: "FIN-1", name: "Finishing", workCenter: "FIN" },
  { code: "QA-1", name: "Final inspection", workCenter: "QA" },
];
const machining: readonly DemoStation[] = [
  { code: "MCH-1", name: "Machining cell", workCenter: "MCH" },
  { code: "MET-2", name: "Measuring room, machining", workCenter: "MET" },
  { code: "QA-2", name: "Packing and final inspection", workCenter: "QA" },
];
/** By the plant's code. */
export const demoStations: Readonly<Record<string, readonly DemoStation[]>> = {
  NG1: assembly,
  NG2: machining,
};

export type DemoGage = {
  code: string;
  type: string;
  name: string;
  unit: string;
  min: string;
  max: string;
  resolution: string;
  uncertainty: string;
  /** Days from the anchor's day to the due date. */
  dueInDays: number;
};

export const demoGages: readonly DemoGage[] = [
  ["BG-0142", "bore_gage_25_35", "Bore gage 25–35", "mm", "25.000", "35.000", "0.001", "0.002", 74],
  ["BG-0149", "bore_gage_18_22", "Bore gage 18–22", "mm", "18.000", "22.000", "0.001", "0.002", 41],
  ["BG-0151", "bore_gage_18_22", "Bore gage 18–22", "mm", "18.000", "22.000", "0.001", "0.002", 19],
  [
    "MIC-0087",
    "indicating_micrometer_25_50",
    "Indicating micrometer",
    "mm",
    "25.000",
    "50.000",
    "0.001",
    "0.001",
    120,
  ],
  ["FG-0031", "feeler_gage", "Feeler gage", "mm", "0.00", "1.00", "0.01", "0.005", 230],
  ["FIL-0007", "fillet_gage", "Fillet gage", "mm", "2.0", "12.0", "0.1", "0.1", 300],
  ["CMM-02", "cmm", "Coordinate measuring machine", "mm", "0.000", "800.000", "0.001", "0.004", 88],
  ["DW-0066", "dial_wrench_1_12", "Dial wrench 1–12", "N·m", "1.0", "12.0", "0.1", "0.2", 33],
  [
    "TW-0209",
    "torque_wrench_10_50",
    "Peak-hold wrench 10–50",
    "N·m",
    "10.0",
    "50.0",
    "0.1",
    "0.3",
    69,
  ],
  [
    "TW-0198",
    "torque_wrench_10_50",
    "Peak-hold wrench 10–50",
    "N·m",
    "10.0",
    "50.0",
    "0.1",
    "0.3",
    // The demo's last day of work is the one before its anchor's: it had lapsed by then.
    -2,
  ],
  ["MO-0012", "milliohm_meter", "Milliohm meter", "mΩ", "0.00", "200.00", "0.01", "0.02", 52],
  ["SC-0019", "scale", "Scale", "kg", "0.000", "15.000", "0.001", "0.002", 101],
  ["TH-0055", "thermometer", "Logger, temperature", "°C", "5.0", "50.0", "0.1", "0.4", 160],
  ["TH-0055-H", "hygrometer", "Logger, humidity", "%RH", "10", "90", "1", "3", 160],
  ["IT-0003", "insulation_tester", "Insulation tester", "MΩ", "1", "5000", "1", "5", 95],
].map(([code, type, name, unit, min, max, resolution, uncertainty, dueInDays]) => ({
  code: String(code),
  type: String(type),
  name: String(name),
  unit: String(unit),
  min: String(min),
  max: String(max),
  resolution: String(resolution),
  uncertainty: String(uncertainty),
  dueInDays: Number(dueInDays),
}));

export type DemoStock = {
  part: string;
  revision?: string;
  serial?: string;
  lot?: string;
  expiresInDays?: number;
  onHold?: boolean;
};

/** Lots of the store, the expired sealant and the bolts on hold included, so that refusals can be met. */
export const demoLots: readonly DemoStock[] = [
  { part: "4471-2213-3", lot: "B13-0418" },
  { part: "4471-2213-3", lot: "B13-0426" },
  { part: "NG-BLT-06-14", lot: "BLT-8831" },
  { part: "NG-BLT-06-14", lot: "BLT-8790", onHold: true },
  { part: "NG-NUT-06L", lot: "NUT-5127" },
  { part: "NG-WSH-06", lot: "WSH-3304" },
  { part: "NG-SHM-220", lot: "SHM-1182" },
  { part: "NG-SHM-221", lot: "SHM-1206" },
  { part: "PS-B2", lot: "PSB-2291", expiresInDays: 48 },
  { part: "PS-B2", lot: "PSB-2304", expiresInDays: 83 },
  { part: "PS-B2", lot: "PSB-2207", expiresInDays: -9 },
  { part: "EP-23", lot: "EPX-0711", expiresInDays: 64 },
  { part: "NG-TS-OR", lot: "LAC-0093", expiresInDays: 210 },
  { part: "PPG-8552", lot: "PPG-3312", expiresInDays: 126 },
];

/** Each unit's own bracket and fitting: numbered as the unit is. */
export const serialsOf = (unit: string): readonly DemoStock[] => [
  { part: "4471-2211-1", revision: "B", serial: `BRK-${unit.replace(/^FSB-/, "")}` },
  { part: "4471-2216-1", revision: "A", serial: `FIT-${unit.replace(/^FSB-/, "")}` },
];

export const demoOrders = [
  { number: "WO-700301", part: "4471-2210-1", revision: "C", quantity: "6", units: ["FSB-0091"] },
  {
    number: "WO-700396",
    part: "4471-2210-1",
    revision: "C",
    quantity: "6",
    units: ["FSB-0118", "FSB-0119", "FSB-0120"],
  },
  {
    number: "WO-700412",
    part: "4471-2210-1",
    revision: "C",
    quantity: "6",
    units: ["FSB-0121", "FSB-0122", "FSB-0123", "FSB-0124", "FSB-0125", "FSB-0126"],
  },
  {
    number: "WO-700455",
    part: "5520-1100-1",
    revision: "A",
    quantity: "2",
    units: ["HFS-0007", "HFS-0008"],
  },
] as const;

/** Orders of the machining plant, each for one lot. */
export const demoLotOrders = [
  { number: "WO-700318", part: "4471-2213-3", revision: "A", quantity: "50", lot: "B13-0418" },
  { number: "WO-700462", part: "4471-2213-3", revision: "A", quantity: "50", lot: "B13-0431" },
] as const;

const code = (code: string, en: string, es: string, holdReason: string | null = null) => ({
  code,
  label: { en, es },
  holdReason,
});

export const demoPolicy: PlantPolicy = {
  defectCodes: [
    code("DIM-01", "Over high limit", "Sobre el límite superior", "quality"),
    code("DIM-02", "Under low limit", "Bajo el límite inferior", "quality"),
    code("DIM-03", "Location", "Posición"),
    code("TRQ-01", "Over torque", "Par excedido", "quality"),
    code("TRQ-02", "Under torque", "Par insuficiente"),
    code("TRQ-03", "Running torque low, nut not locking", "Par de rodaje bajo, la tuerca no frena"),
    code("SEA-01", "Void in sealant", "Hueco en el sellador"),
    code("SEA-02", "Sealant expired or over age", "Sellador caducado o vencido", "quality"),
    code("SEA-03", "Sealant missing", "Falta sellador"),
    code("FIN-01", "Scratch", "Rayón"),
    code("FIN-02", "Primer damaged", "Imprimador dañado"),
    code("HDW-01", "Wrong part", "Parte equivocada", "quality"),
    code("HDW-02", "Wrong orientation", "Orientación equivocada"),
    code("FOD-01", "Foreign object found", "Objeto extraño encontrado", "quality"),
    code("FOD-02", "Tool missing", "Herramienta faltante", "quality"),
    code("DOC-01", "Record error", "Error de registro"),
    code("DOC-02", "Wrong revision", "Revisión equivocada", "engineering"),
    code("BND-01", "Resistance high", "Resistencia alta"),
    code("PRC-01", "Timer exceeded", "Tiempo excedido", "quality"),
    code("MAT-01", "Raw material", "Materia prima", "quality"),
  ],
  holdSeverities: ["critical"],
  offlineSigning: ["operator", "second_operator"],
  holdReasons: [
    { code: "quality", label: { en: "Nonconformance", es: "No conformidad" }, owner: "quality" },
    {
      code: "engineering",
      label: { en: "Engineering question", es: "Consulta a ingeniería" },
      owner: "engineering",
    },
    {
      code: "parts",
      label: { en: "Parts or tools missing", es: "Faltan partes o herramientas" },
      owner: "production",
    },
    {
      code: "safety",
      label: { en: "Unsafe to go on", es: "No es seguro continuar" },
      owner: "production",
    },
    {
      code: "mes",
      label: { en: "Hold from the MES or ERP", es: "Retención del MES o ERP" },
      owner: "production",
    },
    {
      code: "customer",
      label: { en: "Customer asked to wait", es: "El cliente pidió esperar" },
      owner: "customer",
    },
  ],
  lateAfterMinutes: 15,
};
