-- Why: a backlog that comes at once is claimed before PostgreSQL has counted it: a table that it takes for nearly empty.
-- Every way is as good as any other then, and it read 3.5 million rows for one claim of 20,000 messages, until a minute
-- later they were counted. As below there is one way for each question, whatever is known of the table: what is on loan
-- by an index of its own, what is due in its order (nothing may be sorted where an index has the order), and whether
-- something keeps it back by the first that does, asked of each and never joined.
create index deliveries_on_loan_idx on deliveries (connector_id, leased_until)
  where state in ('sending', 'outcome_unknown', 'delivered');

create or replace function claim_deliveries(lease_ms int, at_most int, of_lane text, failures_max int, at_once int)
returns table (id uuid, site uuid, connector uuid, process text, traveler uuid, defect uuid, "orderingKey" text,
  "externalKey" text, operation text, found text, state text, attempts int, lookups int, payload jsonb,
  "externalId" text, fence bigint, "patienceMs" int, "probedAfterMs" float8, parent jsonb,
  "isLookedAtAgain" boolean, "eventAt" timestamptz)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set enable_bitmapscan = off set enable_sort = off set enable_incremental_sort = off as $$
#variable_conflict use_column
declare
  -- Said once: an index can be asked for what is after it, and can't be for a clock that goes on.
  at_present timestamptz;
begin
  -- One after the other: two workers never take a system's last place both, nor both try whether it answers again.
  perform pg_advisory_xact_lock(20260321);
  at_present := clock_timestamp();
  return query
  with open as materialized (
    select c.id, c.patience_ms as patience, c.failures_in_row >= failures_max as probes,
           case when c.failures_in_row >= failures_max then 1
                else coalesce((c.config->>'atOnce')::int, at_once) end
           - (select count(*)::int from deliveries t
               where t.state in ('sending', 'outcome_unknown', 'delivered') and t.connector_id = c.id
                 and t.leased_until >= at_present) as room
      from connectors c
     where c.status = 'active'
       and (of_lane is null or (c.patience_ms is not null) = (of_lane = 'slow'))
       and (c.paused_until is null or c.paused_until <= at_present)
       and (c.open_until is null or c.open_until <= at_present)),
  due as materialized (
    select one.id, one.state as found, open.patience, open.probes
      from open cross join lateral (
        select d.id, d.state, d.priority, d.next_at, d.position from deliveries d
         where d.connector_id = open.id
           and d.state in ('pending', 'sending', 'outcome_unknown', 'delivered')
           and d.next_at <= at_present
           and (d.leased_until is null or d.leased_until < at_present)
           -- Of one ordering key only the head: nothing overtakes what is before it.
           and coalesce((
             select before.position from deliveries before
              where before.connector_id = d.connector_id and before.ordering_key = d.ordering_key
                and before.operation <> 'attach'
                and (before.state in ('pending', 'gated', 'sending', 'outcome_unknown')
                  or (before.state in ('parked', 'dead') and before.external_id is null))
              order by before.connector_id, before.ordering_key, before.position limit 1) >= d.position, true)
         order by d.priority, d.next_at, d.position
         limit greatest(0, least(open.room, at_most))
           for update skip locked) one
     order by one.priority, one.next_at, one.position
     limit at_most)
  update deliveries d
     set fence = d.fence + 1,
         leased_until = clock_timestamp() + lease_ms * interval '1 millisecond',
         state = case when due.found = 'pending' then 'sending'::delivery_state else due.found end,
         updated_at = clock_timestamp()
    from due where d.id = due.id
  returning d.id, d.site_id, d.connector_id, d.process, d.traveler_id, d.defect_id, d.ordering_key, d.external_key,
    d.operation, due.found::text, d.state::text, d.attempts, d.lookups, d.payload, d.external_id, d.fence,
    due.patience,
    case when due.probes then (extract(epoch from clock_timestamp() - d.created_at) * 1000)::float8 end,
    case when d.operation in ('update', 'attach') then
      (select jsonb_build_object('externalId', p.external_id, 'state', p.state) from deliveries p
        where p.connector_id = d.connector_id and p.external_key = d.ordering_key) end,
    -- Accepted before, and only sent again by a person.
    coalesce((select v.effect = 'looked_at' from replayed_deliveries v join replays r on r.id = v.replay_id
               where v.delivery_id = d.id and v.effect in ('looked_at', 'made_again')
               order by r.at desc limit 1), false),
    coalesce((select min(e.occurred_at) from delivery_events v
                join entries e on e.stream_id = v.stream_id and e.seq = v.seq
               where v.delivery_id = d.id), d.created_at)::timestamptz;
end $$;
