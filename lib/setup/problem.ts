/** Something the person at the keyboard can put right: shown as this sentence alone, never as a stack. */
export class Problem extends Error {
  override name = "Problem";
}

export function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
