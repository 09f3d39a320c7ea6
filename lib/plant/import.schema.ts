import * as z from "zod/mini";
import { command } from "./fields.schema.ts";

/** As much as a plant's list of people or gages; a longer one comes in parts. */
const textMax = 512 * 1024;

const text = z.string().check(z.minLength(1, "file_needed"), z.maxLength(textMax, "too_long"));

export const previewForm = z.object({ text });
export type PreviewForm = z.output<typeof previewForm>;

export const importForm = z.object({ command, text });
export type ImportForm = z.output<typeof importForm>;
