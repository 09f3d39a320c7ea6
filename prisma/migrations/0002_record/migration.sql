-- Why: the tables of 0001 can be written by whoever connects. From here on the record is evidence:
-- the roles may do only what their part of the product needs, nobody rewrites an entry (triggers, so
-- that the owner is bound too), a plant can't see another plant's rows (row-level security), the
-- database itself checks every entry's hash, link and columns, and a command is loaded and written
-- by one function each: two round trips, one atomic statement.
-- This binds everybody but a superuser, who is caught by the chain: `npm run record:verify`.

-- Roles. Set-up creates them with passwords; where only a database was given they are made here.
do $$
declare
  missing text;
begin
  foreach missing in array array['buyoff_owner', 'buyoff_app', 'buyoff_worker', 'buyoff_verify'] loop
    begin
      if not exists (select from pg_roles where rolname = missing) then
        execute format('create role %I nologin', missing);
      end if;
    exception
      -- Two databases of one cluster migrated at the same moment.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end $$;

revoke all on schema public from public;
grant usage on schema public to buyoff_app, buyoff_worker, buyoff_verify;
revoke all on all tables in schema public from public;

-- Grants: what is not named here is refused. No role but the owner may delete or truncate, except
-- where the row is a queue's or a counter's and evidence of nothing.
grant select on
  sites, streams, entries, receipts, text_blobs, blobs, routing_queue,
  travelers, step_executions, readings, installations, photos, buyoffs, defects, holds,
  people, person_cards, person_roles, qualifications, person_qualifications, stamps, sign_proofs,
  instructions, instruction_revisions, gages, stock, work_orders, stations, devices,
  connectors, routing_evaluations, deliveries, delivery_events, delivery_attempts,
  delivery_attachments, external_records, webhook_receipts
  to buyoff_app, buyoff_worker;
grant insert on
  streams, entries, receipts, text_blobs, blobs, routing_queue, person_cards,
  travelers, step_executions, readings, installations, photos, buyoffs, defects, holds,
  routing_evaluations, deliveries, delivery_events, delivery_attempts, delivery_attachments,
  external_records, webhook_receipts
  to buyoff_app, buyoff_worker;
grant update (seq, head) on streams to buyoff_app, buyoff_worker;
grant update on
  travelers, step_executions, readings, installations, photos, buyoffs, defects, holds,
  deliveries, delivery_attempts, delivery_attachments, external_records, connectors, gages, stock
  to buyoff_app, buyoff_worker;
grant update (used_at) on sign_proofs to buyoff_app, buyoff_worker;
grant update (last_seq, last_hash) on devices to buyoff_worker;
grant delete on routing_queue to buyoff_worker;
grant update (text, disposed_at) on text_blobs to buyoff_worker;

grant select on
  credentials, badges, signing_periods, credential_failures, desk_sessions, setup_tokens,
  enrolment_codes, device_sessions
  to buyoff_app;
grant insert on
  sites, people, credentials, badges, person_roles, qualifications, person_qualifications, stamps,
  signing_periods, sign_proofs, credential_failures, desk_sessions, setup_tokens, instructions,
  instruction_revisions, gages, stock, work_orders, stations, devices, enrolment_codes,
  device_sessions, connectors
  to buyoff_app;
grant update on
  sites, people, credentials, badges, qualifications, person_qualifications, stamps,
  signing_periods, credential_failures, desk_sessions, setup_tokens, instructions, work_orders,
  stations, devices, enrolment_codes, device_sessions
  to buyoff_app;
-- The content of a revision is what its hash says, for ever.
grant update (status, effective_at) on instruction_revisions to buyoff_app;
grant delete on credential_failures, person_roles to buyoff_app;

grant select on
  sites, instruction_revisions, streams, entries, receipts, text_blobs, routing_queue, travelers,
  step_executions, readings, installations, photos, buyoffs, defects, holds
  to buyoff_verify;

grant usage on all sequences in schema public to buyoff_app, buyoff_worker;

-- The record is evidence. Nobody rewrites it: not the app, not a migration, not a console that
-- forgot where it was.
create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused: the record is only appended to', tg_op, tg_table_name
    using errcode = 'BY000';
end $$;

create trigger entries_append_only before update or delete or truncate on entries
  for each statement execute function refuse_rewrite();
create trigger receipts_append_only before update or delete or truncate on receipts
  for each statement execute function refuse_rewrite();
create trigger person_cards_append_only before update or delete or truncate on person_cards
  for each statement execute function refuse_rewrite();
create trigger text_blobs_not_deleted before delete or truncate on text_blobs
  for each statement execute function refuse_rewrite();
create trigger streams_not_deleted before delete or truncate on streams
  for each statement execute function refuse_rewrite();
create trigger sign_proofs_not_deleted before delete or truncate on sign_proofs
  for each statement execute function refuse_rewrite();

-- Retention may dispose of a text, once and for good; the entry keeps its hash.
create function text_is_only_disposed_of() returns trigger language plpgsql as $$
begin
  if old.disposed_at is not null or new.disposed_at is null or new.text is not null
     or new.site_id <> old.site_id or new.sha256 <> old.sha256 then
    raise exception 'a text of the record may only be disposed of' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger text_blobs_only_disposed before update on text_blobs
  for each row execute function text_is_only_disposed_of();

-- A proof of a signature is used once; nothing gives it back.
create function proof_is_used_once() returns trigger language plpgsql as $$
begin
  if old.used_at is not null then
    raise exception 'proof % was used before', old.id using errcode = 'BY003';
  end if;
  return new;
end $$;
create trigger sign_proofs_used_once before update on sign_proofs
  for each row execute function proof_is_used_once();

-- A chain only grows.
create function stream_only_grows() returns trigger language plpgsql as $$
begin
  if new.seq <= old.seq or new.id <> old.id or new.site_id <> old.site_id or new.kind <> old.kind then
    raise exception 'stream % can only grow', old.id using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger streams_only_grow before update on streams
  for each row execute function stream_only_grows();

-- Every entry names its predecessor and says in its line what its columns say, whoever inserts it.
create function entry_is_linked() returns trigger language plpgsql as $$
declare
  said jsonb := new.line::jsonb;
  before text;
begin
  if (said->>'stream')::uuid is distinct from new.stream_id
     or (said->>'seq')::int is distinct from new.seq
     or (said->>'site')::uuid is distinct from new.site_id
     or said->>'type' is distinct from new.type
     or (said->>'person')::uuid is distinct from new.person_id
     or (said->>'device')::uuid is distinct from new.device_id
     or (said->>'command')::uuid is distinct from new.command_id
     or said->>'shift' is distinct from new.shift
     or (said->>'occurredAt')::timestamptz is distinct from new.occurred_at
     or (said->>'recordedAt')::timestamptz is distinct from new.recorded_at then
    raise exception 'entry % of % does not say what its columns say', new.seq, new.stream_id
      using errcode = 'BY006';
  end if;
  if new.seq > 1 then
    select hash into before from entries where stream_id = new.stream_id and seq = new.seq - 1;
  end if;
  if said->>'prev' is distinct from before or (new.seq > 1 and before is null) then
    raise exception 'entry % of % does not name the one before it', new.seq, new.stream_id
      using errcode = 'BY006';
  end if;
  return new;
end $$;
create trigger entries_linked before insert on entries
  for each row execute function entry_is_linked();

-- After a restore into another cluster old transaction ids mean nothing: asked live, never stored.
create function cluster_identifier() returns bigint language sql stable as
  'select system_identifier from pg_control_system()';

alter table entries
  alter column system_identifier set default cluster_identifier(),
  add constraint entries_hash_is_of_line
    check (hash = encode(sha256('\x00'::bytea || convert_to(line, 'UTF8')), 'hex')),
  add constraint entries_seq_from_one check (seq >= 1),
  add constraint entries_stream_fkey foreign key (stream_id) references streams (id) on delete restrict;
alter table streams
  add constraint streams_seq_not_negative check (seq >= 0),
  -- Known and still silent: a stream that something was decided by before it had an entry.
  add constraint streams_head_is_hash check ((seq = 0) = (head = ''));
alter table receipts
  add constraint receipts_content_is_hash check (content_sha256 ~ '^[0-9a-f]{64}$');
alter table text_blobs
  add constraint text_blobs_hash_is_of_text
    check (text is null or sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
  add constraint text_blobs_disposed_or_there check ((text is null) = (disposed_at is not null));
alter table person_cards
  add constraint person_cards_hash_is_of_card
    check (hash = encode(sha256(convert_to(card, 'UTF8')), 'hex'));
alter table instruction_revisions
  add constraint instruction_revisions_hash_is_of_content
    check (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'));

-- One component serial sits in one unit at a time, whatever two tablets decided at once.
create unique index installations_one_live on installations (site_id, part, serial)
  where removed_at is null and serial is not null;
create index installations_by_serial on installations (site_id, part, serial)
  where serial is not null;

-- Row-level security. Everybody, the owner included, sees the site that was set and no other; the
-- worker serves all sites, and verify reads all.
do $$
declare
  of_site text;
begin
  for of_site in
    select c.relname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  loop
    execute format('alter table %I enable row level security', of_site);
    execute format('alter table %I force row level security', of_site);
    execute format(
      'create policy by_site on %I using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', of_site);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', of_site);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', of_site);
  end loop;
end $$;

-- Who presents a token, a device or a connector doesn't know the site yet: the row with exactly that
-- key may be seen, to learn it. See site_of().
create policy by_key on device_sessions for select
  using (token_hash = nullif(current_setting('buyoff.key', true), ''));
create policy by_key on desk_sessions for select
  using (token_hash = nullif(current_setting('buyoff.key', true), ''));
create policy by_key on enrolment_codes for select
  using (hash = nullif(current_setting('buyoff.key', true), ''));
create policy by_key on devices for select
  using (id::text = nullif(current_setting('buyoff.key', true), ''));
create policy by_key on connectors for select
  using (id::text = nullif(current_setting('buyoff.key', true), ''));
create policy by_key on person_roles for select
  using (person_id::text = nullif(current_setting('buyoff.key', true), ''));

-- The sites of what a key names: one for a session, code, device or connector; each of a person's.
create function site_of(kind text, key text) returns setof uuid language plpgsql stable as $$
begin
  perform set_config('buyoff.key', key, true);
  case kind
    when 'device_session' then return query select site_id from device_sessions where token_hash = key;
    when 'desk_session' then return query select site_id from desk_sessions where token_hash = key;
    when 'enrolment_code' then return query select site_id from enrolment_codes where hash = key;
    when 'device' then return query select site_id from devices where id::text = key;
    when 'connector' then return query select site_id from connectors where id::text = key;
    when 'person' then
      return query select distinct site_id from person_roles where person_id::text = key;
  end case;
  perform set_config('buyoff.key', '', true);
end $$;

create function utc_text(at timestamptz) returns text language sql immutable as
  $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- A person as the rules see them, with the card that entries name.
create function person_facts(of_site uuid, who uuid) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', p.id, 'name', p.name, 'employeeNumber', p.employee_number, 'active', p.status = 'active',
    'roles', coalesce((select jsonb_agg(r.role order by r.role) from person_roles r
      where r.person_id = p.id and r.site_id = of_site), '[]'),
    'qualifications', coalesce((select jsonb_agg(jsonb_build_object(
        'code', q.code, 'validFrom', q.valid_from, 'validUntil', q.valid_until)
        order by q.code, q.valid_from) from person_qualifications q where q.person_id = p.id), '[]'),
    'stamps', coalesce((select jsonb_agg(jsonb_build_object(
        'number', s.number, 'kind', s.kind, 'issuedOn', s.issued_on, 'withdrawnOn', s.withdrawn_on)
        order by s.number) from stamps s where s.person_id = p.id), '[]'),
    'card', (select jsonb_build_object('hash', c.hash, 'version', c.version) from person_cards c
      where c.person_id = p.id order by c.version desc limit 1))
  from people p where p.id = who
$$;

-- A serial or lot, where it sits now, and whether it was taken out of a unit before.
create function stock_facts(s stock) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', s.id, 'part', s.part, 'revision', s.revision, 'serial', s.serial, 'lot', s.lot,
    'expiresOn', s.expires_on, 'onHold', s.on_hold,
    'installedIn', (select coalesce(t.serial, t.lot) from installations i
      join travelers t on t.id = i.traveler_id
      where i.site_id = s.site_id and i.part = s.part and i.serial = s.serial
        and i.removed_at is null limit 1),
    'removedBefore', exists (select from installations i
      where i.site_id = s.site_id and i.part = s.part and i.serial = s.serial
        and i.removed_at is not null),
    'scrapped', exists (select from installations i
      join travelers t on t.id = i.traveler_id
      cross join jsonb_array_elements(t.state->'components') c
      where i.site_id = s.site_id and i.part = s.part and i.serial = s.serial
        and i.removed_at is not null
        and c->>'id' = i.id::text and c->'removed'->>'condition' = 'scrap'))
$$;

-- Everything a decision needs, in one round trip and one snapshot (stable: all of it is read as of
-- the calling statement). Sets the site first, so that row-level security lets through nothing else.
create function load_for_command(of_site uuid, ask jsonb) returns jsonb language plpgsql stable as $$
declare
  of_traveler uuid := (ask->>'traveler')::uuid;
  t travelers;
  revision instruction_revisions;
  ordered work_orders;
  answer jsonb;
  asked_gages jsonb;
  asked_stock jsonb;
  today date;
begin
  perform set_config('buyoff.site', of_site::text, true);
  select * into t from travelers where id = of_traveler and site_id = of_site;
  select * into revision from instruction_revisions
    where content_sha256 = coalesce(t.content_sha256, ask->>'content');
  select * into ordered from work_orders
    where site_id = of_site and number = coalesce(t.work_order, ask->>'order');
  select (now() at time zone time_zone)::date into today from sites where id = of_site;

  select coalesce(jsonb_agg(jsonb_build_object(
      'id', g.id, 'code', g.code, 'type', g.type, 'name', g.name, 'unit', g.unit,
      'calibratedMin', g.calibrated_min, 'calibratedMax', g.calibrated_max,
      'resolution', g.resolution, 'uncertainty', g.uncertainty,
      'calibrationDueOn', g.calibration_due_on, 'status', g.status) order by g.code), '[]')
    into asked_gages from gages g
    where g.site_id = of_site
      and (g.type in (select jsonb_array_elements_text(ask->'gageTypes'))
        or g.code in (select jsonb_array_elements_text(ask->'gageCodes')));

  select coalesce(jsonb_agg(stock_facts(s) order by s.part, s.expires_on, s.id), '[]')
    into asked_stock from stock s
    where s.site_id = of_site and s.id in (
      select k.id from jsonb_to_recordset(ask->'stock') as w(part text, serial text, lot text)
        join stock k on k.site_id = of_site and k.part = w.part
          and (k.serial = w.serial or k.lot = w.lot)
      union all
      select other.id from jsonb_array_elements_text(ask->'parts') as p(part)
        cross join lateral (select k.id from stock k
          where k.site_id = of_site and k.part = p.part and k.lot is not null and not k.on_hold
            and (k.expires_on is null or k.expires_on >= today)
          order by k.expires_on, k.lot limit 20) other);

  answer := jsonb_build_object(
    'now', utc_text(clock_timestamp()),
    'site', (select jsonb_build_object('id', s.id, 'code', s.code, 'timeZone', s.time_zone,
        'policy', s.policy, 'shifts', s.shifts) from sites s where s.id = of_site),
    'device', (select jsonb_build_object('id', d.id, 'station', st.code, 'workCenter', st.work_center,
        'revokedAt', utc_text(d.revoked_at), 'lastSeq', d.last_seq, 'lastHash', d.last_hash)
      from devices d join stations st on st.id = d.station_id
      where d.id = (ask->>'device')::uuid and d.site_id = of_site),
    'traveler', (select jsonb_build_object('state', t.state, 'seq', s.seq, 'head', s.head)
      from streams s where s.id = of_traveler and s.site_id = of_site and s.kind = 'traveler'),
    'revision', case when revision.content_sha256 is not null then jsonb_build_object(
      'contentSha256', revision.content_sha256, 'status', revision.status,
      'instruction', revision.instruction_id) end,
    -- Content never changes: sent only to a process that hasn't seen it.
    'content', case when not (ask->'known') ? revision.content_sha256 then revision.content end,
    'order', case when ordered.id is not null then jsonb_build_object(
      'id', ordered.id, 'number', ordered.number, 'status', ordered.status,
      'partNumber', ordered.part_number, 'partRevision', ordered.part_revision,
      'quantity', ordered.quantity) end,
    'gages', asked_gages,
    'stock', asked_stock);

  return answer || jsonb_build_object(
    'people', coalesce((select jsonb_object_agg(w.id, f.facts)
      from jsonb_array_elements_text(ask->'people') as w(id)
      cross join lateral (select person_facts(of_site, w.id::uuid) as facts) f
      where f.facts is not null), '{}'),
    'proofs', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'person', p.person_id,
        'device', p.device_id, 'command', p.command_id, 'contentSha256', p.content_sha256,
        'method', p.method, 'createdAt', utc_text(p.created_at), 'expiresAt', utc_text(p.expires_at),
        'usedAt', utc_text(p.used_at)))
      from sign_proofs p where p.site_id = of_site
        and p.id in (select jsonb_array_elements_text(ask->'proofs')::uuid)), '[]'),
    'receipts', coalesce((select jsonb_agg(jsonb_build_object('command', r.command_id,
        'person', r.person_id, 'device', r.device_id, 'contentSha256', r.content_sha256,
        'verdict', r.verdict))
      from receipts r where r.site_id = of_site
        and r.command_id in (select jsonb_array_elements_text(ask->'commands')::uuid)), '[]'),
    'holders', coalesce((select jsonb_agg(jsonb_build_object('qualification', h.code, 'names', h.names))
      from (select q.code, jsonb_agg(distinct p.name) as names
        from person_qualifications q join people p on p.id = q.person_id and p.status = 'active'
        where q.code in (select jsonb_array_elements_text(ask->'qualifications'))
          and q.valid_from <= today and (q.valid_until is null or q.valid_until >= today)
          and exists (select from person_roles r where r.person_id = p.id and r.site_id = of_site)
        group by q.code) h), '[]'),
    'blobsMissing', coalesce((select jsonb_agg(distinct named.sha256)
      from (select jsonb_array_elements(t.state->'photos')->>'sha256' as sha256
        union select jsonb_array_elements_text(ask->'blobs')) named
      where not exists (select from blobs b where b.site_id = of_site and b.sha256 = named.sha256)), '[]'),
    -- How far each stream was that a fact came from: append holds the decision to it.
    'streams', coalesce((select jsonb_object_agg(s.id,
        jsonb_build_object('seq', s.seq, 'head', s.head))
      from streams s where s.site_id = of_site and s.id in (
        select jsonb_array_elements_text(ask->'streams')::uuid
        union all select (g->>'id')::uuid from jsonb_array_elements(asked_gages) g
        union all select (k->>'id')::uuid from jsonb_array_elements(asked_stock) k
        union all select ordered.id)), '{}'));
end $$;

-- Takes the lock that `append` needs on one stream and says how far it is. A stream that nobody has
-- written to is made, silent, so that there is a row to lock.
create function locked_stream(of_site uuid, of_id uuid, of_kind text, to_write boolean)
returns streams language plpgsql as $$
declare
  found_stream streams;
begin
  for turn in 1..2 loop
    if to_write then
      select * into found_stream from streams
        where id = of_id and site_id = of_site and kind = of_kind for update;
    else
      select * into found_stream from streams
        where id = of_id and site_id = of_site and kind = of_kind for share;
    end if;
    exit when found;
    insert into streams (id, site_id, kind, seq, head) values (of_id, of_site, of_kind, 0, '')
      on conflict (id) do nothing;
  end loop;
  return found_stream;
end $$;

-- The rows that a decision changed. A row that belongs to another traveler is not touched: whoever
-- chose its id on a tablet chose one that is taken (BY007).
create function save_read_tables(of_site uuid, changed jsonb) returns void language plpgsql as $$
declare
  told bigint;
  touched bigint;
begin
  if jsonb_typeof(changed->'travelers') = 'array' then
    insert into travelers select * from jsonb_populate_recordset(null::travelers, changed->'travelers') r
      where r.site_id = of_site
      on conflict (id) do update set
        work_order = excluded.work_order, part_number = excluded.part_number,
        part_revision = excluded.part_revision, serial = excluded.serial, lot = excluded.lot,
        quantity = excluded.quantity, content_sha256 = excluded.content_sha256,
        instruction = excluded.instruction, revision = excluded.revision, status = excluded.status,
        operation = excluded.operation, steps_done = excluded.steps_done,
        steps_total = excluded.steps_total, defects_open = excluded.defects_open,
        holds_open = excluded.holds_open, buyoffs_due = excluded.buyoffs_due,
        completed_at = excluded.completed_at, state = excluded.state
      where travelers.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'travelers');
    if touched <> told then
      raise exception 'a row of travelers belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'stepExecutions') = 'array' then
    insert into step_executions select * from jsonb_populate_recordset(null::step_executions, changed->'stepExecutions') r
      where r.site_id = of_site
      on conflict (traveler_id, instance) do update set
        step_id = excluded.step_id, operation_id = excluded.operation_id, status = excluded.status,
        attempt = excluded.attempt, started_at = excluded.started_at,
        completed_at = excluded.completed_at
      where step_executions.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'stepExecutions');
    if touched <> told then
      raise exception 'a row of step_executions belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'readings') = 'array' then
    insert into readings select * from jsonb_populate_recordset(null::readings, changed->'readings') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id,
        characteristic_id = excluded.characteristic_id, position = excluded.position,
        sample = excluded.sample, attempt = excluded.attempt, retry = excluded.retry,
        value = excluded.value, value_number = excluded.value_number, unit = excluded.unit,
        limit_min = excluded.limit_min, limit_max = excluded.limit_max, verdict = excluded.verdict,
        gage_id = excluded.gage_id, gage_code = excluded.gage_code, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, amendments = excluded.amendments
      where readings.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'readings');
    if touched <> told then
      raise exception 'a row of readings belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'installations') = 'array' then
    insert into installations select * from jsonb_populate_recordset(null::installations, changed->'installations') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id, position = excluded.position,
        part = excluded.part, serial = excluded.serial, lot = excluded.lot,
        quantity = excluded.quantity, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, removed_at = excluded.removed_at
      where installations.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'installations');
    if touched <> told then
      raise exception 'a row of installations belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'photos') = 'array' then
    insert into photos select * from jsonb_populate_recordset(null::photos, changed->'photos') r
      where r.site_id = of_site
      on conflict (id) do update set
        sha256 = excluded.sha256, media_type = excluded.media_type, bytes = excluded.bytes,
        step_id = excluded.step_id, field_id = excluded.field_id, defect_id = excluded.defect_id,
        person_id = excluded.person_id, occurred_at = excluded.occurred_at
      where photos.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'photos');
    if touched <> told then
      raise exception 'a row of photos belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'buyoffs') = 'array' then
    insert into buyoffs select * from jsonb_populate_recordset(null::buyoffs, changed->'buyoffs') r
      where r.site_id = of_site
      on conflict (id) do update set
        operation_id = excluded.operation_id, step_id = excluded.step_id,
        requirement_id = excluded.requirement_id, type = excluded.type, status = excluded.status,
        person_id = excluded.person_id, stamp = excluded.stamp, method = excluded.method,
        content_sha256 = excluded.content_sha256, occurred_at = excluded.occurred_at
      where buyoffs.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'buyoffs');
    if touched <> told then
      raise exception 'a row of buyoffs belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'defects') = 'array' then
    insert into defects select * from jsonb_populate_recordset(null::defects, changed->'defects') r
      where r.site_id = of_site
      on conflict (id) do update set
        code = excluded.code, severity = excluded.severity, quantity = excluded.quantity,
        step_id = excluded.step_id, status = excluded.status, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, ncr_number = excluded.ncr_number,
        ncr_status = excluded.ncr_status, ncr_url = excluded.ncr_url,
        decisions = excluded.decisions
      where defects.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'defects');
    if touched <> told then
      raise exception 'a row of defects belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'holds') = 'array' then
    insert into holds select * from jsonb_populate_recordset(null::holds, changed->'holds') r
      where r.site_id = of_site
      on conflict (id) do update set
        scope = excluded.scope, reason = excluded.reason, owner = excluded.owner,
        defect_id = excluded.defect_id, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at
      where holds.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'holds');
    if touched <> told then
      raise exception 'a row of holds belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'gages') = 'array' then
    insert into gages select * from jsonb_populate_recordset(null::gages, changed->'gages') r
      where r.site_id = of_site
      on conflict (id) do update set
        code = excluded.code, type = excluded.type, name = excluded.name, unit = excluded.unit,
        calibrated_min = excluded.calibrated_min, calibrated_max = excluded.calibrated_max,
        resolution = excluded.resolution, uncertainty = excluded.uncertainty,
        calibration_due_on = excluded.calibration_due_on, status = excluded.status
      where gages.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'gages');
    if touched <> told then
      raise exception 'a row of gages belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'stock') = 'array' then
    insert into stock select * from jsonb_populate_recordset(null::stock, changed->'stock') r
      where r.site_id = of_site
      on conflict (id) do update set
        part = excluded.part, revision = excluded.revision, serial = excluded.serial,
        lot = excluded.lot, expires_on = excluded.expires_on, on_hold = excluded.on_hold
      where stock.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'stock');
    if touched <> told then
      raise exception 'a row of stock belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
end $$;

-- The one way a decision is written: all of it or nothing. BY001 a head moved, BY002 a fact moved,
-- BY003 a proof is spent or somebody else's, BY005 the tablet's own count moved: decide again.
create function append(of_site uuid, decision jsonb) returns void language plpgsql as $$
declare
  wanted record;
  stream streams;
  touched bigint;
  told bigint;
begin
  perform set_config('buyoff.site', of_site::text, true);

  -- One order of locks for everybody, so that no two appends wait for each other.
  for wanted in
    select (s->>'id')::uuid as id, s->>'kind' as kind, (s->>'expected')::int as expected, true as to_write
      from jsonb_array_elements(decision->'streams') s
    union all
    select (g->>'id')::uuid, g->>'kind', (g->>'seq')::int, false
      from jsonb_array_elements(decision->'guards') g
    order by id
  loop
    stream := locked_stream(of_site, wanted.id, wanted.kind, wanted.to_write);
    if stream.seq is distinct from wanted.expected then
      raise exception 'stream % is at %, not at %', wanted.id, stream.seq, wanted.expected
        using errcode = case when wanted.to_write then 'BY001' else 'BY002' end;
    end if;
  end loop;

  insert into person_cards (hash, person_id, version, card)
    select c.hash, c.person, c.version, c.card
    from jsonb_to_recordset(decision->'cards') as c(hash text, person uuid, version int, card text)
    on conflict (hash) do nothing;

  insert into entries (stream_id, seq, site_id, hash, line, type, person_id, device_id, command_id,
      occurred_at, recorded_at, shift, system_identifier)
    select e.stream, e.seq, of_site, e.hash, e.line, e.type, e.person, e.device, e.command,
      e."occurredAt", e."recordedAt", e.shift, cluster.identifier
    from jsonb_to_recordset(decision->'entries') as e(stream uuid, seq int, hash text, line text,
      type text, person uuid, device uuid, command uuid, "occurredAt" timestamptz,
      "recordedAt" timestamptz, shift text)
    cross join (select cluster_identifier() as identifier) cluster
    order by e.stream, e.seq;

  insert into routing_queue (site_id, stream_id, seq)
    select of_site, e.stream, e.seq
    from jsonb_to_recordset(decision->'entries') as e(stream uuid, seq int)
    order by e.stream, e.seq;

  -- The head is what was really appended: an entry left out or doubled fails here.
  for wanted in
    select (s->>'id')::uuid as id, (s->>'expected')::int as expected, s->>'head' as head
    from jsonb_array_elements(decision->'streams') s
  loop
    update streams s set seq = e.seq, head = e.hash
      from (select seq, hash from entries where stream_id = wanted.id order by seq desc limit 1) e
      where s.id = wanted.id and e.hash = wanted.head;
    if not found then
      raise exception 'the head of % is not its last entry', wanted.id using errcode = 'BY006';
    end if;
  end loop;

  insert into text_blobs (site_id, sha256, text)
    select distinct of_site, x.sha256, x.text
    from jsonb_to_recordset(decision->'texts') as x(sha256 text, text text)
    on conflict (site_id, sha256) do nothing;

  perform save_read_tables(of_site, decision->'rows');

  select count(*) into told from jsonb_array_elements(decision->'proofs');
  update sign_proofs p set used_at = clock_timestamp()
    from jsonb_to_recordset(decision->'proofs') as u(id uuid, person uuid, command uuid)
    where p.id = u.id and p.site_id = of_site and p.person_id = u.person
      and p.command_id = u.command and p.used_at is null;
  get diagnostics touched = row_count;
  if touched <> told then
    raise exception 'a proof is spent or somebody else''s' using errcode = 'BY003';
  end if;

  if jsonb_typeof(decision->'device') = 'object' then
    update devices set last_seq = (decision->'device'->>'seq')::int,
        last_hash = decision->'device'->>'hash'
      where id = (decision->'device'->>'id')::uuid and site_id = of_site
        and last_seq = (decision->'device'->>'expected')::int;
    if not found then
      raise exception 'the tablet''s count moved' using errcode = 'BY005';
    end if;
  end if;

  insert into receipts (command_id, site_id, traveler_id, person_id, device_id, content_sha256,
      verdict, recorded_at)
    select r.command, of_site, r.traveler, r.person, r.device, r."contentSha256", r.verdict,
      r."recordedAt"
    from jsonb_to_recordset(decision->'receipts') as r(command uuid, traveler uuid, person uuid,
      device uuid, "contentSha256" text, verdict jsonb, "recordedAt" timestamptz);
end $$;

revoke execute on all functions in schema public from public;
grant execute on function load_for_command(uuid, jsonb), append(uuid, jsonb), person_facts(uuid, uuid),
  stock_facts(stock), locked_stream(uuid, uuid, text, boolean), save_read_tables(uuid, jsonb),
  utc_text(timestamptz), cluster_identifier(), site_of(text, text)
  to buyoff_app, buyoff_worker;
