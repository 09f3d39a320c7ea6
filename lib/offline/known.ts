import { parseScan } from "#lib/kit/barcode";
import type { Core } from "./core.ts";
import { type Known, keep, kept } from "./memory.ts";
import type { FloorPerson } from "./wire.schema.ts";

/** As long as a grant is good at most: who was here on an earlier day signs in again before they are believed. */
const KNOWN_MS = 24 * 60 * 60_000;

const fresh = async (core: Core) =>
  ((await kept(core.db, "known")) ?? []).filter(({ seenMs }) => {
    const agoMs = core.nowMs() - seenMs;
    return agoMs >= 0 && agoMs < KNOWN_MS;
  });

/** The number on a badge says whose it is and opens nothing; the secret beside it is read and forgotten. */
function numberOn(label: string | null): string | null {
  const scan = label === null ? null : parseScan(label);
  return scan?.kind === "badge" ? scan.badge : null;
}

/** The server has just said who this is: without it they can be named here as a second person for a while. */
export async function remember(
  core: Core,
  person: FloorPerson,
  label: string | null = null,
): Promise<void> {
  const all = await fresh(core);
  const before = all.find((one) => one.person.id === person.id);
  // Only at sign-in is it told which passkeys somebody has.
  const passkeys = person.passkeys ?? before?.person.passkeys;
  const number = numberOn(label);
  const badges = new Set([...(before?.badges ?? []), ...(number === null ? [] : [number])]);
  const now: Known = {
    person: { ...person, ...(passkeys && { passkeys }) },
    seenMs: core.nowMs(),
    badges: [...badges],
  };
  await keep(core.db, "known", [now, ...all.filter((one) => one !== before)]);
}

/** Of those who were here lately: whose badge the server has said this is. Whether it still is one, only the server can say. */
export async function ownerOf(core: Core, label: string): Promise<FloorPerson | null> {
  const number = numberOn(label);
  if (number === null) return null;
  const owner = (await fresh(core)).find(({ badges }) => badges?.includes(number));
  return owner?.person ?? null;
}

/** Who has signed in or signed at this tablet lately, the latest first. */
export const knownHere = async (core: Core): Promise<FloorPerson[]> =>
  (await fresh(core)).map(({ person }) => person);
