import "server-only";
import { db } from "#lib/db/client";
import { gathered } from "#lib/kit/gathered";
import { listed, together } from "./attempts.commands.ts";
import type { CodeMissing, CodeUsed } from "./crosswalks.schema.ts";

type Looked = {
  of: { id: string; site: string };
  used: readonly CodeUsed[];
  missing: readonly CodeMissing[];
};

const rowsOf = ({ of, used, missing }: Looked) => {
  const its = { delivery: of.id, site: of.site };
  return [
    ...used.map(({ kind, code, how, to, factor, addend, places, list, version }) => ({
      ...its,
      kind,
      code,
      how,
      to_code: to,
      factor,
      addend,
      places,
      list_id: list,
      list_version: version,
    })),
    ...missing.map(({ kind, code }) => ({ ...its, kind, code, how: "missing" })),
  ];
};

/**
 * What a delivery's codes were looked up as, before it leaves, and what it waits for. A code that it no
 * longer asks for is nothing that it waits for.
 */
export const keepCodes = (
  of: Looked["of"],
  used: Looked["used"],
  missing: Looked["missing"],
): Promise<null> => kept({ of, used, missing });

// It stands between a message and its leaving: one statement for all that leave together.
const kept = gathered<Looked, null>(async (all) => {
  const deliveries = all.map(({ of }) => of.id);
  await db.$executeRaw`
    with said as (
      select * from jsonb_to_recordset(${listed(all.flatMap(rowsOf))}::jsonb) as r(delivery uuid, site uuid,
        kind text, code text, how text, to_code text, factor text, addend text, places int, list_id uuid,
        list_version int)),
    given_up as (
      delete from delivery_codes c
       where c.delivery_id = any(${deliveries}::uuid[]) and c.how = 'missing'
         and not exists (select from said
           where said.delivery = c.delivery_id and said.kind = c.kind and said.code = c.code))
    insert into delivery_codes (delivery_id, site_id, kind, code, how, to_code, factor, addend, places,
      list_id, list_version, checked_at)
    select r.delivery, r.site, r.kind, r.code, r.how, r.to_code, r.factor, r.addend,
           r.places, r.list_id, r.list_version, clock_timestamp()
      from said r
    on conflict (delivery_id, kind, code) do update
      set how = excluded.how, to_code = excluded.to_code, factor = excluded.factor,
          addend = excluded.addend, places = excluded.places, list_id = excluded.list_id,
          list_version = excluded.list_version, checked_at = excluded.checked_at`;
  return all.map(() => null);
}, together);
