import "server-only";
import { db, inTransaction } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import type { Instant } from "#lib/kit/time";
import { recordEvents } from "#lib/record/commands";
import { dropsTold } from "./drops.queries.ts";
import type { FeedPorts } from "./ports.schema.ts";

type Due = {
  plan: string;
  site: string;
  connector: string;
  code: string;
  from: Instant;
  to: Instant;
  part: string | null;
};

/**
 * At the hour of the plant's own day, from where the last one ended to the last midnight: however long nobody was
 * there to do it, nothing is left out and nothing comes twice.
 */
export async function planDrops(ports: FeedPorts): Promise<void> {
  const due = await db.$queryRaw<Due[]>`
    select p.id::text as plan, p.site_id::text as site, p.connector_id::text as connector, c.code,
           utc_text(p.covered_until) as "from", utc_text(m.midnight) as "to", p.part_number as part
      from drop_plans p
      join sites s on s.id = p.site_id
      join connectors c on c.id = p.connector_id and c.status <> 'retired'
     cross join lateral (select date_trunc('day', clock_timestamp() at time zone s.time_zone)
             at time zone s.time_zone as midnight) m
     where p.hour is not null and p.covered_until < m.midnight
       and extract(hour from clock_timestamp() at time zone s.time_zone) >= p.hour`;
  for (const plan of due) await planned(plan, ports);
}

async function planned(due: Due, ports: FeedPorts): Promise<void> {
  const actor = ports.actorOf(due.site, due.connector, due.code);
  await inTransaction(async (tx) => {
    const taken = await tx.$executeRaw`
      update drop_plans set covered_until = ${due.to}::timestamptz
       where id = ${due.plan}::uuid and covered_until = ${due.from}::timestamptz`;
    if (taken !== 1) return;
    const id = uuidv7();
    await tx.$executeRaw`
      insert into drops (id, site_id, connector_id, told_id, plan_id, from_at, to_at, part_number, discloses, asked_at,
        state, next_at)
      select ${id}::uuid, site_id, connector_id, told_id, id, ${due.from}::timestamptz, ${due.to}::timestamptz,
        part_number, discloses, clock_timestamp(), 'waiting', clock_timestamp()
        from drop_plans where id = ${due.plan}::uuid`;
    const { plan, from, to, part } = due;
    const body = { drop: id, plan, from, to, order: null, part };
    const type = "drop.asked" as const;
    await recordEvents(actor, { kind: "feed", stream: due.connector, type, body }, tx);
  }, due.site);
}

/** Once every record has the batch's address and digest, and both were read back there, the record here says so. */
export async function tellDrops(ports: FeedPorts): Promise<void> {
  for (const drop of await dropsTold()) {
    const actor = ports.actorOf(drop.site, drop.connector, drop.connectorCode);
    await inTransaction(async (tx) => {
      const told = await tx.$executeRaw`
        update drops set state = 'told', told_at = clock_timestamp()
         where id = ${drop.id}::uuid and state = 'written'`;
      if (told !== 1) return;
      const { id, from, to, manifestSha256: manifest, numbers: records, unsent } = drop;
      const body = { drop: id, connector: drop.told, from, to, manifest, records, unsent };
      const type = "drop.told" as const;
      await recordEvents(actor, { kind: "feed", stream: drop.connector, type, body }, tx);
    }, drop.site);
  }
}
