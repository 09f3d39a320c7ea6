/** What is called otherwise in another system. */
export const codeKinds = [
  "part",
  "operation",
  "work_center",
  /** site:…, area:…, line:…, station:…, and zone:… on the part. */
  "location",
  "order",
  /** part:…, drawing:…, routing:… or instruction:…, number and revision: part:4471-2210-1/B. */
  "revision",
  "gage",
  "serial_format",
  "lot_format",
  "defect_code",
  "cause_code",
  "unit",
  "person",
  /** The other way about: from the QMS's word to one of our decisions. */
  "disposition",
] as const;
export type CodeKind = (typeof codeKinds)[number];
export const isCodeKind = (kind: string): kind is CodeKind =>
  (codeKinds as readonly string[]).includes(kind);

/** Whose lines may say how a whole family of codes is written, and not only what one of them is called. */
export const patternKinds: ReadonlySet<CodeKind> = new Set<CodeKind>([
  "order",
  "serial_format",
  "lot_format",
]);

export const decisions = [
  "rework",
  "repair",
  "use_as_is",
  "scrap",
  "return_to_supplier",
  "regrade",
] as const;
