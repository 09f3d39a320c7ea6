-- Why: what a tablet did without a network is judged by what happened at the plant meanwhile, and by
-- when: a hold, a revision taken out of use, a badge or a qualification withdrawn. Since when a revision
-- stands as it does was nowhere; all else is in the record and is looked up here by index.
alter table instruction_revisions add column status_at timestamptz(3);

create function revision_status_moved() returns trigger language plpgsql as $$
begin
  new.status_at := clock_timestamp();
  return new;
end $$;
create trigger instruction_revisions_status_at before update of status on instruction_revisions
  for each row when (old.status is distinct from new.status)
  execute function revision_status_moved();

create index entries_meanwhile_idx on entries (stream_id, seq) where type in
  ('person.deactivated', 'person.changed', 'role.withdrawn', 'badge.withdrawn', 'qualification.withdrawn',
   'device.gap', 'device.reviewed');
create index entries_clock_skewed_idx on entries (device_id, recorded_at) where type = 'clock.skewed';

create function meanwhile_for_command(of_site uuid, ask jsonb) returns jsonb language plpgsql stable as $$
declare
  t travelers;
  tablet uuid := (ask->>'device')::uuid;
  since timestamptz := (ask->>'since')::timestamptz;
begin
  if tablet is null or since is null then
    return '{}';
  end if;
  perform set_config('buyoff.site', of_site::text, true);
  select * into t from travelers where id = (ask->>'traveler')::uuid and site_id = of_site;
  return jsonb_build_object('meanwhile', jsonb_build_object(
    'revisionSince', (select utc_text(r.status_at) from instruction_revisions r
      where r.content_sha256 = t.content_sha256),
    'holds', coalesce((select jsonb_agg(jsonb_build_object(
        'scope', h.scope, 'subject', h.subject, 'reason', h.reason, 'owner', h.owner,
        'placedAt', utc_text(h.placed_at), 'releasedAt', utc_text(h.released_at))
        order by h.placed_at, h.id)
      from plant_holds h
      where h.site_id = of_site and (h.released_at is null or h.released_at >= since) and (
        h.scope = 'site'
        or (h.scope = 'unit' and h.subject = t.serial)
        or (h.scope = 'lot' and h.subject = t.lot)
        or (h.scope = 'order' and h.subject = t.work_order)
        or (h.scope = 'part_revision' and h.subject = t.part_number || ' ' || t.part_revision)
        or (h.scope = 'station' and h.subject = (select st.code from devices d
            join stations st on st.id = d.station_id
            where d.id = tablet and d.site_id = of_site)))), '[]'),
    'revoked', coalesce((select jsonb_agg(jsonb_build_object(
        'type', e.type, 'at', utc_text(e.recorded_at), 'body', e.line::jsonb->'body') order by e.seq)
      from entries e
      where e.site_id = of_site and e.recorded_at >= since
        and e.stream_id = any(array(select jsonb_array_elements_text(ask->'streams')::uuid))
        and e.type in ('person.deactivated', 'person.changed', 'role.withdrawn', 'badge.withdrawn',
          'qualification.withdrawn')), '[]'),
    -- Nobody has looked at it yet: until then nothing of this tablet is decided.
    'isForked', exists (select from entries e
      where e.site_id = of_site and e.stream_id = tablet and e.type = 'device.gap'
        and e.line::jsonb->'body'->>'kind' = 'forked'
        and not exists (select from entries r
          where r.stream_id = tablet and r.type = 'device.reviewed' and r.seq > e.seq
            and (r.line::jsonb->'body'->>'entry')::int = e.seq)),
    'toldSkew', (select (e.line::jsonb->'body'->>'skewMs')::bigint from entries e
      where e.site_id = of_site and e.device_id = tablet and e.type = 'clock.skewed'
      order by e.recorded_at desc, e.seq desc limit 1)));
end $$;
alter function meanwhile_for_command(uuid, jsonb)
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off;
revoke execute on function meanwhile_for_command(uuid, jsonb) from public;
grant execute on function meanwhile_for_command(uuid, jsonb) to buyoff_app, buyoff_worker;
