-- What every act of a tablet ends in reads by index alone, whatever its tables held when a connection
-- first planned it. Asked as `in (select …)`, PostgreSQL takes a hundred ids to be meant and read all
-- receipts and all streams for one; beside a row's own key it read the whole site's entries for their
-- site. A plan is kept by a connection, so it went on doing so while the tables grew.
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
      and (g.type = any(array(select jsonb_array_elements_text(ask->'gageTypes')))
        or g.code = any(array(select jsonb_array_elements_text(ask->'gageCodes'))));

  select coalesce(jsonb_agg(stock_facts(s) order by s.part, s.expires_on, s.id), '[]')
    into asked_stock from stock s
    where s.site_id = of_site and s.id = any(array(
      select k.id from jsonb_to_recordset(ask->'stock') as w(part text, serial text, lot text)
        join stock k on k.site_id = of_site and k.part = w.part
          and (k.serial = w.serial or k.lot = w.lot)
      union all
      select other.id from jsonb_array_elements_text(ask->'parts') as p(part)
        cross join lateral (select k.id from stock k
          where k.site_id = of_site and k.part = p.part and k.lot is not null and not k.on_hold
            and (k.expires_on is null or k.expires_on >= today)
          order by k.expires_on, k.lot limit 20) other));

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
          and b.lot = any(array(select jsonb_array_elements_text(coalesce(ask->'lots', '[]'))))
          and b.mixed_at > now() - interval '14 days') c), '[]'),
    'others', coalesce((select jsonb_agg(jsonb_build_object(
        'state', o.state, 'seq', s.seq, 'head', s.head) order by o.id)
      from travelers o join streams s on s.id = o.id and s.kind = 'traveler'
      where o.site_id = of_site
        and o.id = any(array(select jsonb_array_elements_text(coalesce(ask->'travelers', '[]'))::uuid))), '[]'));

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
        and p.id = any(array(select jsonb_array_elements_text(ask->'proofs')::uuid))), '[]'),
    'receipts', coalesce((select jsonb_agg(jsonb_build_object('command', r.command_id,
        'person', r.person_id, 'device', r.device_id, 'contentSha256', r.content_sha256,
        'verdict', r.verdict))
      from receipts r where r.site_id = of_site
        and r.command_id = any(array(select jsonb_array_elements_text(ask->'commands')::uuid))), '[]'),
    'holders', coalesce((select jsonb_agg(jsonb_build_object('qualification', h.code, 'names', h.names))
      from (select q.code, jsonb_agg(distinct p.name) as names
        from person_qualifications q join people p on p.id = q.person_id and p.status = 'active'
        where q.code = any(array(select jsonb_array_elements_text(ask->'qualifications')))
          and q.valid_from <= today and (q.valid_until is null or q.valid_until >= today)
          and exists (select from person_roles r where r.person_id = p.id and r.site_id = of_site)
        group by q.code) h), '[]'),
    'qualificationRules', coalesce((select jsonb_agg(jsonb_build_object(
        'code', q.code, 'waivableBy', q.waivable_by) order by q.code)
      from qualifications q
      where q.code = any(array(select jsonb_array_elements_text(ask->'qualifications')))), '[]'),
    'blobsMissing', coalesce((select jsonb_agg(distinct named.sha256)
      from (select jsonb_array_elements(t.state->'photos')->>'sha256' as sha256
        union select r->>'sha256' from jsonb_array_elements(t.state->'measurementRecords') r
          where r->>'uri' is null
        union select jsonb_array_elements_text(ask->'blobs')) named
      where not exists (select from blobs b where b.site_id = of_site and b.sha256 = named.sha256)), '[]'),
    -- How far each stream was that a fact came from: append holds the decision to it.
    'streams', coalesce((select jsonb_object_agg(s.id,
        jsonb_build_object('seq', s.seq, 'head', s.head))
      from streams s where s.site_id = of_site and s.id = any(array(
        select jsonb_array_elements_text(ask->'streams')::uuid
        union all select (g->>'id')::uuid from jsonb_array_elements(asked_gages) g
        union all select (k->>'id')::uuid from jsonb_array_elements(asked_stock) k
        union all select ordered.id))), '{}'));
end $$;


alter function load_for_command(uuid, jsonb)
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off;
alter function lot_for_command(uuid, jsonb)
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off;
alter function append(uuid, jsonb)
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off;
