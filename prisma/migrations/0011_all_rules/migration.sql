-- Why: what the whole rule book has to know and shows. Clocks belong to a batch and not to a unit;
-- holds may lie on an order, a lot, a station or the plant; an apprentice has trainers; a waiver, a
-- measurement record and every departure from the plan is found without reading the record through.
-- All columns and tables are written by append() alone, but for plant_holds and trainers.

alter table travelers
  add column parent_id uuid,
  add column merged_into uuid,
  add column quantity_accepted text,
  add column quantity_scrapped text,
  add column quantity_transferred_out text,
  add column deferred_open int not null default 0;
create index travelers_parent on travelers (parent_id) where parent_id is not null;
alter table step_executions
  add column deferred_to uuid,
  add column paused_at timestamptz(3);

create table batch_clocks (
  id uuid primary key,
  traveler_id uuid not null,
  site_id uuid not null,
  step_id uuid not null,
  field_id uuid not null,
  clock text not null,
  part text,
  lot text not null,
  mixed_at timestamptz(3) not null,
  person_id uuid not null,
  occurred_at timestamptz(3) not null
);
create index batch_clocks_site_id_lot_mixed_at_idx on batch_clocks (site_id, lot, mixed_at);
create index batch_clocks_traveler_id_idx on batch_clocks (traveler_id);

create table measurement_records (
  id uuid primary key,
  traveler_id uuid not null,
  site_id uuid not null,
  step_id uuid not null,
  field_id uuid not null,
  position text not null,
  attempt int not null,
  name text not null,
  sha256 text not null,
  uri text,
  media_type text,
  bytes int,
  person_id uuid not null,
  occurred_at timestamptz(3) not null
);
create index measurement_records_traveler_id_idx on measurement_records (traveler_id);
create index measurement_records_site_id_sha256_idx on measurement_records (site_id, sha256);

create table waivers (
  id uuid primary key,
  traveler_id uuid not null,
  site_id uuid not null,
  person_id uuid not null,
  qualification text not null,
  valid_until timestamptz(3) not null,
  requested_by uuid not null,
  requested_at timestamptz(3) not null,
  granted_by uuid,
  granted_at timestamptz(3),
  revoked_at timestamptz(3),
  constraint waivers_granted_by_somebody check ((granted_by is null) = (granted_at is null)),
  constraint waivers_two_people check (granted_by <> requested_by)
);
create index waivers_traveler_id_idx on waivers (traveler_id);
create index waivers_site_id_granted_at_idx on waivers (site_id, granted_at);

create table signals (
  traveler_id uuid not null,
  seq int not null,
  site_id uuid not null,
  kind text not null,
  step_id uuid,
  person_id uuid,
  occurred_at timestamptz(3) not null,
  reviewed_by uuid,
  reviewed_at timestamptz(3),
  primary key (traveler_id, seq),
  constraint signals_reviewed_by_somebody check ((reviewed_by is null) = (reviewed_at is null))
);
create index signals_site_id_reviewed_at_occurred_at_idx on signals (site_id, reviewed_at, occurred_at);

create table plant_holds (
  id uuid primary key,
  site_id uuid not null,
  scope text not null,
  subject text not null,
  reason text not null,
  owner text not null,
  comment_sha256 text,
  placed_by uuid not null,
  placed_at timestamptz(3) not null,
  released_by uuid,
  released_at timestamptz(3),
  release_comment_sha256 text,
  constraint plant_holds_scope check
    (scope in ('unit', 'lot', 'order', 'part_revision', 'station', 'gage', 'site')),
  constraint plant_holds_owner check (owner in ('production', 'quality', 'engineering', 'customer')),
  constraint plant_holds_released_by_somebody check ((released_by is null) = (released_at is null))
);
create index plant_holds_site_id_released_at_idx on plant_holds (site_id, released_at);

create table trainers (
  id uuid primary key,
  person_id uuid not null,
  trainer_id uuid not null,
  qualification text,
  valid_from date not null,
  valid_until date,
  constraint trainers_another_person check (person_id <> trainer_id)
);
create index trainers_person_id_idx on trainers (person_id);

revoke all on batch_clocks, measurement_records, waivers, signals, plant_holds, trainers from public;
grant select, insert, update on batch_clocks, measurement_records, waivers, signals
  to buyoff_app, buyoff_worker;
grant select on plant_holds, trainers to buyoff_app, buyoff_worker;
grant insert on plant_holds, trainers to buyoff_app;
grant update (released_by, released_at, release_comment_sha256) on plant_holds to buyoff_app;
grant update (valid_until) on trainers to buyoff_app;
grant select on batch_clocks, measurement_records, waivers, signals to buyoff_verify;

do $$
declare
  of_site text;
begin
  foreach of_site in array array['batch_clocks', 'measurement_records', 'waivers', 'signals', 'plant_holds'] loop
    execute format('alter table %I enable row level security', of_site);
    execute format('alter table %I force row level security', of_site);
    execute format(
      'create policy by_site on %I using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', of_site);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', of_site);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', of_site);
  end loop;
end $$;

-- A person as the rules see them, now with whom they may work under.
create or replace function person_facts(of_site uuid, who uuid) returns jsonb language sql stable as $$
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
    'trainers', coalesce((select jsonb_agg(jsonb_build_object(
        'id', t.trainer_id, 'name', own.name, 'qualification', t.qualification,
        'validFrom', t.valid_from, 'validUntil', t.valid_until)
        order by t.valid_from, t.id) from trainers t join people own on own.id = t.trainer_id
      where t.person_id = p.id), '[]'),
    'card', (select jsonb_build_object('hash', c.hash, 'version', c.version) from person_cards c
      where c.person_id = p.id order by c.version desc limit 1))
  from people p where p.id = who
$$;

-- A lot on hold anywhere in the plant is on hold here.
create or replace function stock_facts(s stock) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', s.id, 'part', s.part, 'revision', s.revision, 'serial', s.serial, 'lot', s.lot,
    'expiresOn', s.expires_on, 'onHold', s.on_hold or exists (select from plant_holds h
      where h.site_id = s.site_id and h.scope = 'lot' and h.subject = s.lot and h.released_at is null),
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

create or replace function load_for_command(of_site uuid, ask jsonb) returns jsonb language plpgsql stable as $$
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
      'calibrationDueOn', g.calibration_due_on, 'status', case
        when g.status = 'in_service' and exists (select from plant_holds h
          where h.site_id = of_site and h.scope = 'gage' and h.subject = g.code
            and h.released_at is null) then 'quarantined'
        else g.status end) order by g.code), '[]')
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
    'stock', asked_stock,
    -- What stops this traveler from outside: its unit, lot, order, part revision, station or site.
    'holds', coalesce((select jsonb_agg(jsonb_build_object(
        'scope', h.scope, 'subject', h.subject, 'reason', h.reason, 'owner', h.owner)
        order by h.placed_at, h.id)
      from plant_holds h
      where h.site_id = of_site and h.released_at is null and (
        h.scope = 'site'
        or (h.scope = 'unit' and h.subject = t.serial)
        or (h.scope = 'lot' and h.subject = t.lot)
        or (h.scope = 'order' and h.subject = t.work_order)
        or (h.scope = 'part_revision' and h.subject = t.part_number || ' ' || t.part_revision)
        or (h.scope = 'station' and h.subject = (select st.code from devices d
            join stations st on st.id = d.station_id
            where d.id = (ask->>'device')::uuid and d.site_id = of_site)))), '[]'),
    -- Clocks that run for these lots anywhere in the plant: one mix serves several units.
    'clocks', coalesce((select jsonb_agg(c.clock order by c.clock->>'mixedAt', c.clock->>'unit')
      from (select distinct jsonb_build_object('clock', b.clock, 'part', b.part, 'lot', b.lot,
          'mixedAt', utc_text(b.mixed_at), 'unit', coalesce(u.serial, u.lot)) as clock
        from batch_clocks b join travelers u on u.id = b.traveler_id
        where b.site_id = of_site
          and b.lot in (select jsonb_array_elements_text(coalesce(ask->'lots', '[]')))
          and b.mixed_at > now() - interval '14 days') c), '[]'),
    'others', coalesce((select jsonb_agg(jsonb_build_object(
        'state', o.state, 'seq', s.seq, 'head', s.head) order by o.id)
      from travelers o join streams s on s.id = o.id and s.kind = 'traveler'
      where o.site_id = of_site
        and o.id in (select jsonb_array_elements_text(coalesce(ask->'travelers', '[]'))::uuid)), '[]'));

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
    'qualificationRules', coalesce((select jsonb_agg(jsonb_build_object(
        'code', q.code, 'waivableBy', q.waivable_by) order by q.code)
      from qualifications q
      where q.code in (select jsonb_array_elements_text(ask->'qualifications'))), '[]'),
    'blobsMissing', coalesce((select jsonb_agg(distinct named.sha256)
      from (select jsonb_array_elements(t.state->'photos')->>'sha256' as sha256
        union select r->>'sha256' from jsonb_array_elements(t.state->'measurementRecords') r
          where r->>'uri' is null
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

create or replace function save_read_tables(of_site uuid, changed jsonb) returns void language plpgsql as $$
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
        completed_at = excluded.completed_at, state = excluded.state,
        parent_id = excluded.parent_id, merged_into = excluded.merged_into,
        quantity_accepted = excluded.quantity_accepted,
        quantity_scrapped = excluded.quantity_scrapped,
        quantity_transferred_out = excluded.quantity_transferred_out,
        deferred_open = excluded.deferred_open
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
        completed_at = excluded.completed_at, deferred_to = excluded.deferred_to,
        paused_at = excluded.paused_at
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
        occurred_at = excluded.occurred_at, released_at = excluded.released_at
      where holds.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'holds');
    if touched <> told then
      raise exception 'a row of holds belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'batchClocks') = 'array' then
    insert into batch_clocks select * from jsonb_populate_recordset(null::batch_clocks, changed->'batchClocks') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id, clock = excluded.clock,
        part = excluded.part, lot = excluded.lot, mixed_at = excluded.mixed_at,
        person_id = excluded.person_id, occurred_at = excluded.occurred_at
      where batch_clocks.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'batchClocks');
    if touched <> told then
      raise exception 'a row of batch_clocks belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'measurementRecords') = 'array' then
    insert into measurement_records select * from jsonb_populate_recordset(null::measurement_records, changed->'measurementRecords') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id,
        position = excluded.position, attempt = excluded.attempt, name = excluded.name,
        sha256 = excluded.sha256, uri = excluded.uri, media_type = excluded.media_type,
        bytes = excluded.bytes, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at
      where measurement_records.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'measurementRecords');
    if touched <> told then
      raise exception 'a row of measurement_records belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'waivers') = 'array' then
    insert into waivers select * from jsonb_populate_recordset(null::waivers, changed->'waivers') r
      where r.site_id = of_site
      on conflict (id) do update set
        person_id = excluded.person_id, qualification = excluded.qualification,
        valid_until = excluded.valid_until, requested_by = excluded.requested_by,
        requested_at = excluded.requested_at, granted_by = excluded.granted_by,
        granted_at = excluded.granted_at, revoked_at = excluded.revoked_at
      where waivers.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'waivers');
    if touched <> told then
      raise exception 'a row of waivers belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'signals') = 'array' then
    insert into signals select * from jsonb_populate_recordset(null::signals, changed->'signals') r
      where r.site_id = of_site
      on conflict (traveler_id, seq) do update set
        kind = excluded.kind, step_id = excluded.step_id, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, reviewed_by = excluded.reviewed_by,
        reviewed_at = excluded.reviewed_at
      where signals.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'signals');
    if touched <> told then
      raise exception 'a row of signals belongs elsewhere' using errcode = 'BY007';
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

-- State is a cache of the fold: what it holds from now on is given to the states there are, with the
-- signals that their entries have been saying all along.
do $$
declare
  of_site uuid;
begin
  for of_site in select id from sites loop
    perform set_config('buyoff.site', of_site::text, true);
    update travelers t set state = t.state || jsonb_build_object(
      'timers', '[]'::jsonb, 'clocks', '[]'::jsonb, 'measurementRecords', '[]'::jsonb,
      'waivers', '[]'::jsonb, 'supervisions', '[]'::jsonb, 'toolTransfers', '[]'::jsonb,
      'quantities', null, 'splits', '[]'::jsonb, 'merges', '[]'::jsonb, 'mergedInto', null,
      'serials', '[]'::jsonb, 'origin', null,
      'steps', (select coalesce(jsonb_object_agg(s.key,
          s.value || '{"deferredTo": null, "pausedAt": null, "outOfTurn": false}'), '{}') from jsonb_each(t.state->'steps') s),
      'earlierAttempts', (select coalesce(jsonb_agg(
          a.value || '{"deferredTo": null, "pausedAt": null, "outOfTurn": false}' order by a.ordinality), '[]')
        from jsonb_array_elements(t.state->'earlierAttempts') with ordinality a),
      'signals', (select coalesce(jsonb_agg(jsonb_build_object(
          'seq', e.seq, 'kind', k.kind, 'step', e.line::jsonb->'body'->'step', 'person', e.person_id,
          'at', utc_text(e.occurred_at), 'reviewed', null) order by e.seq), '[]')
        from entries e join (values ('entry.late', 'late_entry'), ('attempt.refused', 'refused_attempt'),
          ('command.not_applied', 'not_applied'), ('rework.started', 'rework'),
          ('reading.accepted_out_of_process_limit', 'process_limit_accepted'),
          ('hold.released', 'released_by_hand')) as k(type, kind) on k.type = e.type
        where e.stream_id = t.id
          and (e.type <> 'hold.released' or e.line::jsonb->'body'->>'basis' = 'hand')));
    update travelers t set state = jsonb_set(t.state, '{signals}', (select coalesce(jsonb_agg(
        case when s.value->'step' is null then s.value || '{"step": null}' else s.value end
        order by s.ordinality), '[]') from jsonb_array_elements(t.state->'signals') with ordinality s));
    insert into signals (traveler_id, seq, site_id, kind, step_id, person_id, occurred_at)
      select t.id, (s->>'seq')::int, of_site, s->>'kind', (s->>'step')::uuid, (s->>'person')::uuid,
        (s->>'at')::timestamptz
      from travelers t cross join jsonb_array_elements(t.state->'signals') s;
  end loop;
end $$;
