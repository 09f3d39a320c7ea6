/** First and last name's letters, as they stand on a stamp: "Marisol Reyes" is MR. */
export function initialsOf(name: string): string {
  const names = name.trim().split(/\s+/);
  const letters = names.length > 1 ? [names[0], names.at(-1)] : names;
  return letters.map((part) => [...(part ?? "")][0]?.toUpperCase() ?? "").join("");
}
