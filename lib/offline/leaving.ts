import type { Core } from "./core.ts";
import { keep, kept } from "./memory.ts";
import type { Packet } from "./wire.schema.ts";

/** The pictures that belong to a unit: of its instruction, and those taken of it. */
export const picturesOf = ({ content, state }: Pick<Packet, "content" | "state">): string[] => [
  ...content.operations.flatMap(({ steps }) =>
    steps.flatMap(({ media }) => media.map(({ src }) => src)),
  ),
  ...state.photos.map(({ sha256 }) => sha256),
];

/** Given back, or with another tablet now: it leaves this one's memory once nothing of it waits here. */
export async function mayLeave(core: Core, traveler: string): Promise<void> {
  const leaving = await leavingHere(core);
  if (!leaving.includes(traveler)) await keep(core.db, "leaving", [...leaving, traveler]);
}

/** Somebody needs it here after all. */
export async function stays(core: Core, traveler: string): Promise<void> {
  const leaving = await leavingHere(core);
  if (!leaving.includes(traveler)) return;
  await keep(
    core.db,
    "leaving",
    leaving.filter((of) => of !== traveler),
  );
}

/** The units that leave this tablet's memory once nothing of them waits here. */
export const leavingHere = async (core: Core): Promise<readonly string[]> =>
  (await kept(core.db, "leaving")) ?? [];
