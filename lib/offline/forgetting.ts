import type { Core } from "./core.ts";
import { leavingHere, picturesOf, stays } from "./leaving.ts";
import type { StoredPacket } from "./memory.ts";
import { isUnseen } from "./queue.ts";

/** Nobody has just opened it, or is about to. */
const restMs = 60_000;
/** What nobody has opened for so long is fetched again when somebody does. */
const weekMs = 7 * 24 * 60 * 60_000;

/**
 * A tablet holds instructions and photos of the units that it works on and of no others (ASVS 14.3.3). While anything
 * of a unit is unsent, unverified, not yet seen to be refused, checked out or on the screen, it stays; what somebody did
 * stays in any case, with what was said to it.
 */
export async function forgetWhatIsDone(core: Core): Promise<void> {
  const leaving = await leavingHere(core);
  const { open, session } = core.view();
  const isOver = ({ traveler, packet: { state }, storedAt }: StoredPacket): boolean => {
    if (traveler === open?.packet.state.id) return false;
    if (state.checkout?.device === session?.device.id) return false;
    const ageMs = core.nowMs() - Date.parse(storedAt);
    const isClosed = !["released", "in_work", "on_hold"].includes(state.status);
    return ageMs > restMs && (isClosed || leaving.includes(traveler) || ageMs > weekMs);
  };
  if (!(await core.db.getAll("packets")).some(isOver)) return;
  const tx = core.db.transaction(
    ["packets", "commands", "decisions", "seals", "blobs"],
    "readwrite",
  );
  const [packets, commands, decisions, seals, blobs] = await Promise.all([
    tx.objectStore("packets").getAll(),
    tx.objectStore("commands").getAll(),
    tx.objectStore("decisions").getAll(),
    tx.objectStore("seals").getAll(),
    tx.objectStore("blobs").getAll(),
  ]);
  const needed = new Set([
    ...commands.map(({ envelope }) => envelope.traveler),
    ...seals.map(({ traveler }) => traveler),
    ...blobs.filter(({ sentAt }) => sentAt === null).map(({ traveler }) => traveler),
    ...decisions.filter(isUnseen).map(({ traveler }) => traveler),
  ]);
  const done = packets.filter((row) => isOver(row) && !needed.has(row.traveler));
  const doneHere = new Set(done.map(({ traveler }) => traveler));
  const staying = packets.filter(({ traveler }) => !doneHere.has(traveler));
  const shown = new Set(staying.flatMap(({ packet }) => picturesOf(packet)));
  const theirs = new Set(done.flatMap(({ packet }) => picturesOf(packet)));
  const pictures = blobs.filter(
    ({ sha256, sentAt, traveler }) =>
      sentAt !== null && !shown.has(sha256) && (theirs.has(sha256) || doneHere.has(traveler)),
  );
  await Promise.all([
    ...done.map(({ traveler }) => tx.objectStore("packets").delete(traveler)),
    ...pictures.map(({ sha256 }) => tx.objectStore("blobs").delete(sha256)),
    tx.done,
  ]);
  for (const traveler of doneHere) await stays(core, traveler);
}
