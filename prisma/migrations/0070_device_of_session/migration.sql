-- Why: every request of a tablet begins with who it is, and asking that took fourteen round trips: the
-- session's site, then session, tablet, station and site, each in a transaction of its own for
-- row-level security. Measured, that was more than deciding and writing a buyoff. Here it is one,
-- under the same policies: the key shows the session's site, the site shows the rest.
create function device_of_session(hash text) returns jsonb language plpgsql stable as $$
declare
  of_site uuid;
begin
  select s into of_site from site_of('device_session', hash) s;
  if of_site is null then
    return null;
  end if;
  perform set_config('buyoff.site', of_site::text, true);
  return (select jsonb_build_object(
      'id', d.id, 'name', d.name,
      'station', jsonb_build_object('id', st.id, 'code', st.code, 'name', st.name,
        'workCenter', st.work_center),
      'site', jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name,
        'timeZone', p.time_zone),
      'expiresAt', utc_text(s.expires_at), 'endedAt', utc_text(s.ended_at),
      'revokedAt', utc_text(d.revoked_at))
    from device_sessions s
    join devices d on d.id = s.device_id
    join stations st on st.id = d.station_id
    join sites p on p.id = s.site_id
    where s.token_hash = hash);
end $$;
revoke execute on function device_of_session(text) from public;
grant execute on function device_of_session(text) to buyoff_app;
