import "server-only";
import type { Actor } from "#lib/people/schema";
import { append } from "#lib/record/append.commands";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { follows, type Place } from "./acts.rules.ts";

/**
 * Counts a command that said nothing readable: the tablet's next one names it as its predecessor. A
 * repeat of it, or one out of turn, counts nothing.
 */
export async function rememberPlace(device: Actor, place: Place): Promise<void> {
  const loaded = await loadForCommand(device.site, { ...askNothing, device: device.id });
  const known = loaded.device;
  if (!known || follows({ seq: known.lastSeq, hash: known.lastHash }, place) !== "next") return;
  await append(device.site, {
    streams: [],
    guards: [],
    entries: [],
    cards: [],
    texts: [],
    rows: {},
    proofs: [],
    receipts: [],
    facts: [],
    enrolled: [],
    device: { id: device.id, expected: known.lastSeq, seq: place.seq, hash: place.hash },
  });
}
