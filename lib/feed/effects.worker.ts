import "server-only";
import { db } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { derivedId } from "#lib/kit/ids";
import type { FeedPorts } from "./ports.schema.ts";

type Due = {
  id: string;
  site: string;
  traveler: string;
  seq: number;
  rule: string;
  version: number;
  body: { reason: string; event: string };
};

const dueHolds = {
  name: "effects_to_do",
  text: `
    select id::text, site_id::text as site, stream_id::text as traveler, seq, rule, rule_version as version, body
      from routing_effects where state = 'pending' and kind = 'hold' and next_at <= clock_timestamp()
     order by created_at, id limit $1::int`,
};

/**
 * Holds that rules place here, whatever the other system does meanwhile. The command's id follows from the event
 * and the rule: done twice, it is done once. A refusal stays visible beside it.
 */
export async function doEffects(ports: FeedPorts, limit = 10): Promise<number> {
  const due = await direct<Due>(dueHolds, [String(limit)]);
  for (const one of due) await hold(one, ports);
  return due.length;
}

async function hold(of: Due, ports: FeedPorts): Promise<void> {
  const actor = ports.actorOfRule(
    of.site,
    derivedId(of.site, `rule/${of.rule}`),
    `rule ${of.rule}`,
  );
  const verdict = await ports.applyCommand(actor, {
    traveler: of.traveler,
    command: {
      id: derivedId(of.id, "placeHold"),
      type: "placeHold",
      body: {
        hold: derivedId(of.id, "hold"),
        scope: { kind: "traveler" },
        reason: of.body.reason,
        comment: `By rule ${of.rule}, version ${of.version}: ${of.body.event}, entry ${of.seq}`,
      },
    },
  });
  switch (verdict.verdict) {
    case "retry_later":
      await db.$executeRaw`
        update routing_effects set next_at = clock_timestamp() + ${Math.round(verdict.afterMs)}::int * interval '1 millisecond'
         where id = ${of.id}::uuid and state = 'pending'`;
      return;
    case "applied":
      return done(of, "done", null);
    case "recorded_not_applied":
      ports.log.warn({ effect: of.id, code: verdict.refusal.code }, "a rule's hold was refused");
      return done(of, "refused", verdict.refusal.code);
    case "malformed":
      ports.log.error({ effect: of.id, problem: verdict.problem }, "a rule's hold is malformed");
      return done(of, "refused", verdict.problem);
  }
}

async function done(of: Due, state: "done" | "refused", note: string | null): Promise<void> {
  await db.$executeRaw`
    update routing_effects set state = ${state}, note = ${note} where id = ${of.id}::uuid and state = 'pending'`;
}
