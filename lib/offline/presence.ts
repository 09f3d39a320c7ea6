import { type Core, clockNow } from "./core.ts";
import { keep, kept } from "./memory.ts";
import { correctedAt } from "./queue.ts";

/** How often a touch is written down: who works is not to wait for the disk at each tap. */
const WRITTEN_EVERY_MS = 5_000;
const written = new WeakMap<Core, number>();

/** Who is at the tablet, and when it was last touched: what a browser that was killed would have forgotten. */
export async function touched(core: Core): Promise<void> {
  const { signedIn } = core.view();
  const now = core.nowMs();
  if (signedIn === null || now - (written.get(core) ?? 0) < WRITTEN_EVERY_MS) return;
  written.set(core, now);
  const { person, grant, notAfter, idleMinutes } = signedIn;
  await keep(core.db, "present", { person, grant, notAfter, idleMinutes, touchedMs: now });
}

/** Locked or signed out: from now on only badge and PIN bring somebody back. */
export async function left(core: Core): Promise<void> {
  written.delete(core);
  await core.db.delete("kept", "present");
}

/**
 * Without a server nobody can be asked for badge and PIN. Whoever was at work when the tablet was started
 * again goes on as if it had not been, as long as it would not have locked by itself meanwhile; their next
 * signature needs badge and PIN all the same. With a server a new start always begins at the lock screen.
 */
export async function goOn(core: Core): Promise<void> {
  const present = await kept(core.db, "present");
  if (present === null || core.view().phase !== "locked") return;
  const { touchedMs, ...who } = present;
  const idleMs = core.nowMs() - touchedMs;
  const isInTime = idleMs >= 0 && idleMs < who.idleMinutes * 60_000;
  if (!isInTime || correctedAt(await clockNow(core)) >= who.notAfter) {
    core.set({ lockedFrom: who.person });
    return;
  }
  core.set({ phase: "ready", signedIn: { ...who, hasSigned: false }, lockedFrom: null });
}
