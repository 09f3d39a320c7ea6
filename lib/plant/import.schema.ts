import * as z from "zod/mini";
import { command } from "./fields.schema.ts";
import { listBytesMax } from "./import.rules.ts";

export const listText = z
  .string()
  .check(z.minLength(1, "file_needed"), z.maxLength(listBytesMax, "too_long"));

export const previewForm = z.object({ text: listText });
export type PreviewForm = z.output<typeof previewForm>;

export const importForm = z.object({ command, text: listText });
export type ImportForm = z.output<typeof importForm>;
