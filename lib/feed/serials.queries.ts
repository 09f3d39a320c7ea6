import "server-only";
import { inTransaction } from "#lib/db/client";
import type { Serials } from "./connectors/rest/mapping.rules.ts";
import { foldedUpTo } from "./events.queries.ts";

/**
 * The serial numbers of what a message is about, as they were when it happened; of a lot that had none then, as they
 * were given later, by the entry that stands beside the message since.
 */
export const serialsOfMessage = (site: string, delivery: string): Promise<Serials> =>
  inTransaction(async (tx) => {
    const [at] = await tx.$queryRaw<{ stream: string; seq: number }[]>`
      select e.stream_id::text as stream, e.seq
        from delivery_events v join entries e on e.stream_id = v.stream_id and e.seq = v.seq
       where v.delivery_id = ${delivery}::uuid
       order by e.type in ('traveler.serials_assigned', 'traveler.split_off') desc, e.recorded_at, e.seq
       limit 1`;
    const state = at ? await foldedUpTo(tx, at.stream, at.seq) : null;
    if (!state) return null;
    const { serial, lot } = state.unit;
    if (serial !== null) return { ok: true, serials: [serial] };
    return state.serials.length > 0
      ? { ok: true, serials: state.serials }
      : { ok: false, lot: lot ?? "" };
  }, site);
