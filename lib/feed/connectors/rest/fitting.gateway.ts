import "server-only";
import * as z from "zod/mini";
import { MappingProblem, type RestTarget } from "./exchange.gateway.ts";
import { fittedText, type TextFile } from "./fitting.rules.ts";

const updateText = z.object({ text: z.string() });

/** An addition with its words as long as they may be, and all of them where they were declared to go. */
export function fittedUpdate(
  { config }: RestTarget,
  payload: unknown,
): { payload: unknown; file: TextFile | null } {
  const limit = config.update.text;
  const said = updateText.safeParse(payload);
  if (!limit || !said.success) return { payload, file: null };
  const made = fittedText(said.data.text, limit);
  if (!made.ok) throw new MappingProblem(made.problem);
  return { payload: { ...(payload as object), text: made.text }, file: made.file };
}
