/** A place in a list, by what it is sorted by: a page goes on from it, however the list has grown meanwhile. */
export type Place = { urgency: number; releasedAt: number; id: string };
export type From = { way: "after" | "before"; place: Place } | null;

export const placeText = ({ urgency, releasedAt, id }: Place): string =>
  `${urgency}_${releasedAt}_${id}`;

const PLACE = /^([0-4])_(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What an address says; anything else is the first page. */
export function fromAddress(asked: {
  after?: string | undefined;
  before?: string | undefined;
}): From {
  const way = asked.after === undefined ? "before" : "after";
  const [, urgency, releasedAt, id] = PLACE.exec(asked[way] ?? "") ?? [];
  if (urgency === undefined || releasedAt === undefined || id === undefined) return null;
  return { way, place: { urgency: Number(urgency), releasedAt: Number(releasedAt), id } };
}
