-- Why: half of what a worker does for a message was sending statements, one round trip each. What several messages need
-- at once is one statement now: claimed, opened, closed and saved together. As functions, because a connection keeps its
-- plan: read by index alone, however empty the tables were when it was made.

-- What is due at one system, in its order; a backlog of one that is away is not read for another.
drop index deliveries_due_idx;
create index deliveries_due_idx on deliveries (connector_id, priority, next_at, position)
  where state in ('pending', 'sending', 'outcome_unknown', 'delivered');
-- What keeps back those behind it, and nothing else: what was done before under the same key is not read again for each.
create index deliveries_keeping_back_idx on deliveries (connector_id, ordering_key, position)
  where operation <> 'attach' and (state in ('pending', 'gated', 'sending', 'outcome_unknown')
    or (state in ('parked', 'dead') and external_id is null));

-- Asked again and again while there is nothing: what waits for a person's mapping, and what a traveler is to be told.
create index deliveries_parked_idx on deliveries (updated_at) where state = 'parked';
create index external_records_to_tell_idx on external_records (seen_at)
  where applied_version is distinct from version and defect_id is not null;
-- Which were merged into a record is asked of each that has changed there.
create index external_records_merged_into_idx on external_records (connector_id, merged_into) where merged_into is not null;

-- Takes what is due, skipping what another worker is taking. `of_lane`: usual, slow, or null for both; `failures_max`: so many tries without an
-- answer open a circuit; `at_once`: so many messages are on their way to a system that says nothing of it itself.
create function claim_deliveries(lease_ms int, at_most int, of_lane text, failures_max int, at_once int)
returns table (id uuid, site uuid, connector uuid, process text, traveler uuid, defect uuid, "orderingKey" text,
  "externalKey" text, operation text, found text, state text, attempts int, lookups int, payload jsonb,
  "externalId" text, fence bigint, "patienceMs" int, "probedAfterMs" float8, parent jsonb,
  "isLookedAtAgain" boolean, "eventAt" timestamptz)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  -- One after the other: two workers never take a system's last place both, nor both try whether it answers again.
  perform pg_advisory_xact_lock(20260321);
  return query
  with open as materialized (
    select c.id, c.patience_ms as patience, c.failures_in_row >= failures_max as probes,
           case when c.failures_in_row >= failures_max then 1
                else coalesce((c.config->>'atOnce')::int, at_once) end
           - (select count(*)::int from deliveries t
               where t.state in ('sending', 'outcome_unknown', 'delivered') and t.connector_id = c.id
                 and t.leased_until >= clock_timestamp()) as room
      from connectors c
     where c.status = 'active'
       and (of_lane is null or (c.patience_ms is not null) = (of_lane = 'slow'))
       and (c.paused_until is null or c.paused_until <= clock_timestamp())
       and (c.open_until is null or c.open_until <= clock_timestamp())),
  due as materialized (
    select one.id, one.state as found, open.patience, open.probes
      from open cross join lateral (
        select d.id, d.state, d.priority, d.next_at, d.position from deliveries d
         where d.connector_id = open.id
           and d.state in ('pending', 'sending', 'outcome_unknown', 'delivered')
           and d.next_at <= clock_timestamp()
           and (d.leased_until is null or d.leased_until < clock_timestamp())
           -- Of one ordering key only the head: nothing overtakes what is before it.
           and not exists (
             select from deliveries before
              where before.connector_id = d.connector_id and before.ordering_key = d.ordering_key
                and before.position < d.position and before.operation <> 'attach'
                and (before.state in ('pending', 'gated', 'sending', 'outcome_unknown')
                  or (before.state in ('parked', 'dead') and before.external_id is null)))
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

-- What came back of attempts, `ago` milliseconds before this. It is evidence even when the lease has gone meanwhile.
create function close_attempts(came jsonb) returns void
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  update delivery_attempts t
     set response = c.response, classification = c.classification,
         ended_at = clock_timestamp() - c.ago * interval '1 millisecond'
    from jsonb_to_recordset(came) as c(id uuid, response text, classification text, ago float8)
   where t.id = c.id and t.ended_at is null;
end $$;

-- Before anything leaves: the attempts are on record and each lease starts anew. Gives those that are: whoever has lost
-- the lease sends nothing.
create function open_attempts(opening jsonb, came jsonb) returns table (id uuid)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  perform close_attempts(came);
  return query
  with mine as (
    update deliveries d
       set leased_until = clock_timestamp() + a."leaseMs" * interval '1 millisecond',
           validation = case when a."isSending" then a.validation else d.validation end,
           validation_run = case when a."isSending" then a.run else d.validation_run end,
           flow_sha256 = case when a."isSending" then a.sha256 else d.flow_sha256 end
      from jsonb_to_recordset(opening) as a(id uuid, delivery uuid, site uuid, fence bigint, act text, request text,
        "leaseMs" int, "isSending" boolean, validation text, run uuid, sha256 text)
     where d.id = a.delivery and d.fence = a.fence and d.leased_until > clock_timestamp()
    returning a.id, a.delivery, a.site, a.fence, a.act, a.request)
  insert into delivery_attempts (id, delivery_id, site_id, fence, act, request, started_at)
  select m.id, m.delivery, m.site, m.fence, m.act, m.request, clock_timestamp() from mine m
  returning delivery_attempts.id;
end $$;

-- The next state of deliveries, where they are still ours: the fence is compared in the same statement. Gives those that
-- were. `isAnswered`: the system has, which closes its circuit.
create function save_deliveries(said jsonb, came jsonb, news jsonb, channel text) returns table (id uuid)
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  perform close_attempts(came);
  return query
  with kept as (
    update deliveries d
       set state = case when s.state = 'tracking'
                         -- A person sent it again, and its record is known to have ended there: read once more, it is not followed again.
                         and exists (select from replayed_deliveries v where v.delivery_id = d.id)
                         and exists (select from external_records r
                           where r.connector_id = d.connector_id and r.external_id = d.external_id
                             and r.status in ('closed', 'void', 'merged'))
                        then 'closed'::delivery_state else s.state::delivery_state end,
           attempts = s.attempts, lookups = s.lookups, next_at = s."nextAt", last_result = s."lastResult",
           external_id = coalesce(s."externalId", d.external_id),
           external_number = coalesce(s.number, d.external_number),
           leased_until = case when s."isKept" then d.leased_until end,
           updated_at = clock_timestamp()
      from jsonb_to_recordset(said) as s(id uuid, fence bigint, state text, attempts int, lookups int,
        "nextAt" timestamptz, "lastResult" text, "externalId" text, number text, "isKept" boolean, "isAnswered" boolean)
     where d.id = s.id and d.fence = s.fence
    returning d.id, case when s."isAnswered" then d.connector_id end as answered),
  closed as (
    update connectors c set failures_in_row = 0, open_until = null
     where c.id in (select answered from kept) and c.failures_in_row > 0)
  select k.id from kept k;
  -- To the screens, once for all of them.
  perform pg_notify(channel, (n || jsonb_build_object('at', (extract(epoch from clock_timestamp()) * 1000)::bigint))::text)
     from jsonb_array_elements(news) n;
end $$;

revoke execute on function claim_deliveries(int, int, text, int, int) from public;
revoke execute on function close_attempts(jsonb) from public;
revoke execute on function open_attempts(jsonb, jsonb) from public;
revoke execute on function save_deliveries(jsonb, jsonb, jsonb, text) from public;
grant execute on function claim_deliveries(int, int, text, int, int) to buyoff_worker;
grant execute on function close_attempts(jsonb) to buyoff_worker;
grant execute on function open_attempts(jsonb, jsonb) to buyoff_worker;
grant execute on function save_deliveries(jsonb, jsonb, jsonb, text) to buyoff_worker;
