import "server-only";
import { forSite } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import { entryLine } from "#lib/record/schema";
import type { Act } from "./acts.rules.ts";
import { applyActs } from "./apply.commands.ts";
import { sealIn, secondIn } from "./auth.rules.ts";
import { type ActorOfGrant, applyCommand } from "./commands.ts";
import type { ReleaseQuarantinedForm, ReviewDeviceForm } from "./conflicts.schema.ts";
import { readEnvelope } from "./envelopes.rules.ts";
import type { Refusal } from "./refusal.schema.ts";

type Refused = { code: string; params: Readonly<Record<string, string>> };
const refused = (code: string, params: Refused["params"] = {}): Result<never, Refused> =>
  err({ code, params });

/** The tablet that an act came from, as who identified it then: lib/boundary's. */
export type DeviceActor = (site: string, device: NonNullable<Actor["device"]>) => Actor;

/**
 * Decides an act in quarantine now: by the same rules, in the name of whoever did it, at the time at
 * which it was done. What comes of it stands in the record under an id that follows from the act's own,
 * so that releasing it twice is one act; then the one who released it says why.
 */
export async function releaseQuarantined(
  actor: Actor,
  form: ReleaseQuarantinedForm,
  identify: { deviceActor: DeviceActor; actorOfGrant: ActorOfGrant },
): Promise<Result<{ verdict: string }, Refused | Refusal>> {
  const act = await quarantinedAct(actor, form, identify);
  if (!act) return refused("signal_unknown", { seq: String(form.signal) });
  const { verdicts, isWaiting } = await applyActs(actor.site, form.traveler, [act]);
  const [verdict] = verdicts;
  if (isWaiting || !verdict) return refused("not_decided");
  const reviewed = await applyCommand(actor, {
    traveler: form.traveler,
    command: {
      id: form.command,
      type: "reviewSignals",
      body: { signals: [form.signal], note: form.note },
    },
  });
  if (reviewed.verdict === "recorded_not_applied") return err(reviewed.refusal as Refusal);
  return verdict.verdict === "recorded_not_applied"
    ? err(verdict.refusal as Refusal)
    : ok({ verdict: verdict.verdict });
}

async function quarantinedAct(
  actor: Actor,
  { traveler, signal }: ReleaseQuarantinedForm,
  { deviceActor, actorOfGrant }: { deviceActor: DeviceActor; actorOfGrant: ActorOfGrant },
): Promise<Act | null> {
  const site = forSite(actor.site);
  const row = await site.entry.findUnique({
    where: { streamId_seq: { streamId: traveler, seq: signal } },
    select: { line: true },
  });
  const entry = row && entryLine.parse(JSON.parse(row.line));
  const body = entry?.body as { quarantined?: boolean; commandSha256?: string } | undefined;
  if (!entry || entry.device === null || !body?.quarantined) return null;
  const kept = await site.textBlob.findFirst({
    where: { siteId: actor.site, sha256: body.commandSha256 ?? "" },
  });
  const read = kept?.text ? readEnvelope(JSON.parse(kept.text)) : null;
  const device = await deviceAt(actor, entry.device);
  if (!read?.ok || !device) return null;
  const { envelope, command } = read;
  const from = deviceActor(actor.site, device);
  return {
    command: { ...command, id: derivedId(command.id, "released") },
    traveler,
    isForeign: false,
    contentSha256: read.sha256,
    person: envelope.person,
    actorAt: (at) => actorOfGrant(envelope.auth.grant, from, at),
    proof: envelope.auth.proof ?? null,
    second: secondIn(envelope.auth),
    device,
    session: null,
    sealed: sealIn(envelope.auth),
    verification: null,
    clock: envelope.at,
    sent: { clock: null, heardAt: entry.recordedAt },
    knewAt: envelope.expects.asOf ?? envelope.at.lastServerContact,
    isReleased: true,
    text: null,
    at: null,
    recordedAt: null,
    place: null,
    qms: undefined,
  };
}

async function deviceAt(actor: Actor, id: string): Promise<NonNullable<Actor["device"]> | null> {
  const site = forSite(actor.site);
  const device = await site.device.findUnique({ where: { id }, select: { stationId: true } });
  const station =
    device &&
    (await site.station.findUnique({
      where: { id: device.stationId },
      select: { code: true, workCenter: true },
    }));
  return station ? { id, station: station.code, workCenter: station.workCenter } : null;
}

/** Looked at: a fork that has been looked at no longer holds back what follows it in order. */
export function reviewDevice(actor: Actor, form: ReviewDeviceForm): Promise<Result<null, Refused>> {
  return recorded(actor, async (tx) => {
    const found = await tx.entry.findUnique({
      where: { streamId_seq: { streamId: form.device, seq: form.entry } },
      select: { type: true, deviceId: true },
    });
    const isOpen = found?.type === "device.gap" || found?.type === "command.not_applied";
    if (!isOpen) return refused("signal_unknown", { seq: String(form.entry) });
    const body = { entry: form.entry, note: sha256Hex(form.note) };
    return ok({
      value: null,
      events: [
        {
          stream: form.device,
          kind: "device",
          type: "device.reviewed",
          body,
          texts: [form.note],
        },
      ],
    });
  });
}
