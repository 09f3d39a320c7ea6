import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { changesIn } from "./changes.rules.ts";
import type { StationChangeForm, StationForm, StationRow } from "./stations.schema.ts";

export type StationRefusal = {
  code: "station_code_taken" | "station_unknown" | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ station: string }, StationRefusal>>;
const refused = (code: StationRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<StationRefusal>({ code, params });

/** A station has no stream of its own: what happens to it stands in the site's. */
const happened = (
  actor: Actor,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "site", stream: actor.site, type, body, texts }) satisfies Happening;

/** Within a transaction, for a form and for a file alike. */
export async function addStation(tx: Tx, actor: Actor, id: string, row: StationRow) {
  const { count } = await tx.station.createMany({
    data: [{ id, siteId: actor.site, ...row }],
    skipDuplicates: true,
  });
  return count === 0
    ? refused("station_code_taken", { code: row.code })
    : ok({
        value: { station: id },
        events: [happened(actor, "station.created", { station: id, ...row })],
      });
}

export const createStation = (actor: Actor, { command, ...row }: StationForm): Outcome =>
  recorded(actor, (tx) => addStation(tx, actor, command, row));

/** Its code stays: entries name it. A station that moved to another work center serves another queue. */
export function changeStation(actor: Actor, form: StationChangeForm): Outcome {
  const { station: id, command: _, reason, ...asked } = form;
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from stations where id = ${id}::uuid for update`;
    const station = await tx.station.findFirst({ where: { id, siteId: actor.site } });
    if (!station) return refused("station_unknown");
    const { name, workCenter } = station;
    const changes = changesIn({ name, workCenter }, asked);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    await tx.station.update({ where: { id }, data: asked });
    const body = { station: id, code: station.code, changes, reason: sha256Hex(reason) };
    return ok({
      value: { station: id },
      events: [happened(actor, "station.changed", body, [reason])],
    });
  });
}
