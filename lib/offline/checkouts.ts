import type { Instant } from "#lib/kit/time";
import { standingCheckout } from "#lib/travelers/checkouts.rules";
import type { CommandBody } from "#lib/travelers/schema";
import type { Checkout, TravelerState } from "#lib/travelers/state.schema";
import type { ActOutcome, Acts } from "./acts.ts";
import { type Core, clockNow } from "./core.ts";
import { forgetWhatIsDone } from "./forgetting.ts";
import { mayLeave, picturesOf, stays } from "./leaving.ts";
import { keepMedia, missingPictures } from "./media.ts";
import { blobHeads, keep, kept } from "./memory.ts";
import { fetchPacket, showStored } from "./packets.ts";
import { correctedAt } from "./queue.ts";
import type { Answer } from "./server.ts";
import type { Packet, TravelerHead } from "./wire.schema.ts";

/**
 * `over`: its time has ended. `taken`: another tablet has it; `ended`: somebody has ended it at the desk; nobody here
 * has seen that yet.
 */
export type CheckedOut = {
  traveler: string;
  unit: string;
  standing: "here" | "over" | "taken" | "ended";
  /** Null: none any more. */
  checkout: Checkout | null;
  /** Why it was taken over or ended, in somebody's words. */
  reason: string | null;
  /** Since when it stands so. */
  since: Instant;
  /** Of what lies on this tablet for it: the packet with its drawings and photos. */
  bytes: number;
  /** Pictures of it that are not on this tablet. */
  missing: number;
};

export const numberOf = ({ unit }: TravelerState): string => unit.serial ?? unit.lot ?? "";

/** How a unit's check-out stands for this tablet; null: nobody has it. */
export function standingHere(
  state: TravelerState,
  device: string,
  now: Instant,
): "here" | "over" | "elsewhere" | null {
  const { checkout } = state;
  if (checkout === undefined) return null;
  const stands = standingCheckout(state, now) !== null;
  if (checkout.device === device) return stands ? "here" : "over";
  return stands ? "elsewhere" : null;
}

/** What this tablet has with it, and what was taken from it and is to be seen. */
export async function checkedOut(core: Core): Promise<CheckedOut[]> {
  const device = core.view().session?.device.id ?? "";
  const now = correctedAt(await clockNow(core));
  const [rows, had] = await Promise.all([core.db.getAll("packets"), hadHere(core)]);
  const found: CheckedOut[] = [];
  for (const { traveler, packet } of rows) {
    const told = toldHere(packet, { device, now, isHad: had.includes(traveler) });
    if (told === null) continue;
    const unit = numberOf(packet.state);
    const [bytes, missing] = await Promise.all([
      bytesOf(core, packet),
      missingPictures(core, packet),
    ]);
    found.push({ traveler, unit, ...told, bytes, missing: missing.length });
  }
  return found.toSorted((a, b) => endOf(a).localeCompare(endOf(b)));
}

const endOf = ({ checkout, since }: CheckedOut): Instant => checkout?.until ?? since;

/** What a tablet says of its check-out of a unit; null: it has none and had none. */
function toldHere(
  { state, texts }: Packet,
  { device, now, isHad }: { device: string; now: Instant; isHad: boolean },
): Pick<CheckedOut, "standing" | "checkout" | "reason" | "since"> | null {
  const { checkout, checkoutEnded: ended } = state;
  if (ended !== undefined && ended.device === device && isHad) {
    const reason = texts[ended.reason] ?? null;
    return { standing: "ended", checkout: null, reason, since: ended.at };
  }
  const standing = standingHere(state, device, now);
  if (checkout === undefined || standing === null) return null;
  if (standing === "elsewhere" && !isHad) return null;
  return {
    standing: standing === "elsewhere" ? "taken" : standing,
    checkout,
    reason: checkout.reason === null ? null : (texts[checkout.reason] ?? null),
    since: checkout.at,
  };
}

async function bytesOf(core: Core, packet: Packet): Promise<number> {
  const own = new TextEncoder().encode(JSON.stringify(packet)).byteLength;
  const pictures = new Set(picturesOf(packet));
  const media = (await blobHeads(core.db)).filter(({ sha256 }) => pictures.has(sha256));
  return media.reduce((sum, { size }) => sum + size, own);
}

/** Takes a unit onto this tablet: first the server's word, then everything that is needed without it. */
export async function checkOut(
  core: Core,
  actOn: Acts["actOn"],
  traveler: string,
  takeOver?: NonNullable<CommandBody<"checkOutTraveler">["takeOver"]>,
): Promise<ActOutcome | Answer<Packet>> {
  const answer = await fetchPacket(core, traveler);
  if (answer.kind !== "ok") return answer;
  const { state } = answer.value;
  const body = takeOver === undefined ? {} : { takeOver };
  const outcome = await actOn(state, "checkOutTraveler", body);
  if (outcome.kind !== "done" && outcome.kind !== "waits") return outcome;
  await remembered(core);
  await stays(core, traveler);
  if (outcome.kind === "done") await keepMedia(core, answer.value);
  await showStored(core, traveler);
  return outcome;
}

export async function checkIn(
  core: Core,
  actOn: Acts["actOn"],
  traveler: string,
): Promise<ActOutcome> {
  const stored = await core.db.get("packets", traveler);
  if (stored === undefined) return { kind: "silence" };
  const outcome = await actOn(stored.packet.state, "checkInTraveler", {});
  if (outcome.kind === "done") await seenTaken(core, traveler);
  await showStored(core, traveler);
  return outcome;
}

/** Somebody has read that another tablet has it now. */
export async function seenTaken(core: Core, traveler: string): Promise<void> {
  const had = await hadHere(core);
  await keep(
    core.db,
    "checkouts",
    had.filter((of) => of !== traveler),
  );
  await mayLeave(core, traveler);
}

const hadHere = async (core: Core): Promise<readonly string[]> =>
  (await kept(core.db, "checkouts")) ?? [];

/** What this tablet has now, so that it knows later what was taken from it. */
async function remembered(core: Core): Promise<readonly string[]> {
  const device = core.view().session?.device.id;
  const [rows, had] = await Promise.all([core.db.getAll("packets"), hadHere(core)]);
  const isOurs = ({ traveler, packet: { state } }: (typeof rows)[number]) => {
    const { checkout, checkoutEnded } = state;
    if (had.includes(traveler)) return checkout !== undefined || checkoutEnded !== undefined;
    return checkout?.device === device;
  };
  const all = rows.filter(isOurs).map(({ traveler }) => traveler);
  if (all.join() !== had.join()) await keep(core.db, "checkouts", all);
  return all;
}

/**
 * At each contact: what became of the units that this tablet has with it, as far as they are not open anyway. What it
 * has no more to do with is forgotten only then: without a network nothing of it could be had again.
 */
export async function lookAtCheckedOut(core: Core): Promise<void> {
  for (const traveler of await remembered(core)) {
    const head = await core.server.get<TravelerHead>(`/api/floor/travelers/${traveler}/head`);
    if (head.kind === "silence") return;
    const stored = await core.db.get("packets", traveler);
    const isOld = head.kind === "ok" && head.value.head !== stored?.packet.head;
    if (isOld && (await fetchPacket(core, traveler)).kind === "ok")
      await showStored(core, traveler);
    // What broke off when it was checked out is fetched before somebody goes where there is no network.
    const now = (await core.db.get("packets", traveler))?.packet;
    const isWithUs = now?.state.checkout?.device === core.view().session?.device.id;
    if (now !== undefined && isWithUs) await keepMedia(core, now);
  }
  await remembered(core);
  if (core.view().online) await forgetWhatIsDone(core);
}
