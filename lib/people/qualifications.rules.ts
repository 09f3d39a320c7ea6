type Held = {
  person: string;
  code: string;
  validFrom: string;
  validUntil: string | null;
  withdrawnOn: string | null;
};

export type HeldState = "not_yet" | "in_force" | "soon" | "lapsed" | "withdrawn";
const soonDays = 60;

/** How a qualification stands on a day of the plant; `soon`: whoever renews it has sixty days left. */
export function stateOfHeld(
  { validFrom, validUntil, withdrawnOn }: Omit<Held, "person" | "code">,
  today: string,
): HeldState {
  if (withdrawnOn !== null) return "withdrawn";
  if (validUntil !== null && validUntil < today) return "lapsed";
  if (validFrom > today) return "not_yet";
  if (validUntil === null) return "in_force";
  const days = Math.round((Date.parse(validUntil) - Date.parse(today)) / 86_400_000);
  return days <= soonDays ? "soon" : "in_force";
}

/** Of each person and qualification the one that holds longest: what was renewed is no longer due. */
export function newestHeld<T extends Held>(held: readonly T[]): T[] {
  const newest = new Map<string, T>();
  const end = ({ validUntil, withdrawnOn }: Held) =>
    `${withdrawnOn === null ? 1 : 0}${validUntil ?? "9999-12-31"}`;
  for (const of of held) {
    const key = `${of.person} ${of.code}`;
    const known = newest.get(key);
    if (!known || end(of) > end(known)) newest.set(key, of);
  }
  return [...newest.values()];
}
