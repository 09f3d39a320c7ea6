import { sha256Hex } from "#lib/kit/canonical";
import { type BoxOf, type SealingKey, sealTo } from "#lib/kit/sealing";
import type { Seal } from "./acts.ts";
import { type Core, refreshCounts } from "./core.ts";
import {
  type DecisionRow,
  readAnew,
  type SealRefusal,
  type StoredSeal,
  type TabletDb,
} from "./memory.ts";
import { reconcile } from "./packets.ts";
import type { Round } from "./sender.ts";
import type { SealedAnswer } from "./wire.schema.ts";

/**
 * Badge and PIN, for the server alone and for exactly this act. What was typed is in no other form anywhere on
 * the tablet, and nothing here could tell whether it is right.
 */
export async function seal(
  key: SealingKey,
  of: BoxOf,
  typed: { badge: string; pin: string },
): Promise<Seal> {
  const sealed = await sealTo(key, JSON.stringify(typed), of);
  return { commandId: of.command, sealed, sha256: sha256Hex(sealed), key: key.id };
}

/** How long to wait where the server does not say. */
const LATER_MS = 60_000;

/**
 * The oldest box whose time has come, and before it what was signed over it: once a signature is found wrong, nobody
 * looks any more whether the second person's was right. It goes after all acts, so that the server knows by then what was done over
 * the signature; and it goes once: whatever the answer, what was in it is on this tablet no more.
 */
export async function sendSeal(core: Core): Promise<Round | null> {
  const waiting = await core.db.getAll("seals");
  const ready = waiting.filter(({ notBeforeMs }) => notBeforeMs <= core.nowMs());
  const [oldest] = ready;
  if (oldest === undefined) return null;
  const due = (await signedOver(core.db, oldest, ready)) ?? oldest;
  const { command, traveler, sealed } = due;
  const answer = await core.server.post<SealedAnswer>("/api/sign/sealed", {
    command,
    traveler,
    sealed,
  });
  if (answer.kind === "silence") {
    core.set({ online: false });
    return { kind: "failed" };
  }
  if (answer.kind !== "ok") {
    const said = answer.kind === "refused" ? Number(answer.error.params?.seconds) : Number.NaN;
    const waitMs = Number.isFinite(said) ? said * 1000 : LATER_MS;
    await core.db.put("seals", { ...due, notBeforeMs: core.nowMs() + waitMs });
    return { kind: "more" };
  }
  await opened(core.db, due, answer.value);
  await reconcile(core, traveler, true);
  await refreshCounts(core);
  return { kind: "more" };
}

/** The last of those that this tablet itself said to be given over this one. */
async function signedOver(
  db: TabletDb,
  under: StoredSeal,
  ready: readonly StoredSeal[],
): Promise<StoredSeal | undefined> {
  const rows = await Promise.all(ready.map(({ command }) => db.get("decisions", command)));
  const isOver = (row: DecisionRow | undefined) =>
    row?.local?.ok === true &&
    row.local.events.some(
      (event) => event.type === "buyoff.signed" && event.body.over?.includes(under.command),
    );
  return ready.findLast((_, index) => isOver(rows[index]));
}

async function opened(db: TabletDb, { command }: StoredSeal, answer: SealedAnswer): Promise<void> {
  const tx = db.transaction(["seals", "decisions"], "readwrite", { durability: "strict" });
  const decisions = tx.objectStore("decisions");
  const row = await decisions.get(command);
  const verification = { status: answer.status, refusal: refusalOf(answer) };
  await Promise.all([
    tx.objectStore("seals").delete(command),
    // Not seen by whoever signed: they had gone on long ago.
    row && decisions.put({ ...row, verification, acknowledgedAt: null }),
    tx.done,
  ]);
  readAnew(db);
}

const refusalOf = ({ status, held, by }: SealedAnswer): SealRefusal | null => {
  if (status !== "rejected") return null;
  if (by === "passkey") return { code: held ? "passkey_rejected_held" : "passkey_rejected" };
  return { code: held ? "signature_rejected_held" : "signature_rejected" };
};
