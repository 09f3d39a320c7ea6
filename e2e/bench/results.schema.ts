import { z } from "zod";

export const rowIds = [
  "B1",
  "B1b",
  "B1c",
  "B2",
  "B3",
  "B4",
  "B4b",
  "B5",
  "B5b",
  "B8",
  "B9",
  "B9b",
  "B9c",
  "B10",
  "B10b",
  "B10c",
  "B10d",
] as const;

const figures = z.array(z.number().nonnegative()).min(1);

const row = z.strictObject({
  id: z.enum(rowIds),
  name: z.string(),
  unit: z.string(),
  /** Medians; a ratio is the median of the rounds' own, or of the medians where these were not taken in turn. */
  system: z.number(),
  limit: z.number(),
  ratio: z.number(),
  target: z.string(),
  met: z.boolean(),
  rounds: z.strictObject({ system: figures, limit: figures }),
  /** One minute's load of the machine when the row was over, beside its cores. */
  load: z.number(),
  note: z.string(),
});
export type Row = z.output<typeof row>;

/** What `npm run bench` writes to bench-results.json. */
export const benchResults = z.strictObject({
  at: z.iso.datetime(),
  cores: z.number(),
  node: z.string(),
  /** Small runs show that the bench works, and nothing about speed. */
  isSmall: z.boolean(),
  rows: z.array(row),
});
export type BenchResults = z.output<typeof benchResults>;
