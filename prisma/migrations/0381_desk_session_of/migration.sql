-- Why: every page of the desk begins with whose session it is and what they may do there, and asked that in eight
-- statements. As at a tablet's door it is one, under the same policies.
create function desk_session_of(hash text) returns jsonb language plpgsql stable as $$
declare
  of_site uuid;
begin
  select s into of_site from site_of('desk_session', hash) s;
  if of_site is null then
    return null;
  end if;
  perform set_config('buyoff.site', of_site::text, true);
  return (select jsonb_build_object('id', s.id, 'site', s.site_id, 'lastSeenAt', utc_text(s.last_seen_at),
      'expiresAt', utc_text(s.expires_at), 'endedAt', utc_text(s.ended_at),
      'isTabletGone', s.device_id is not null and not exists (select from devices d
        where d.id = s.device_id and d.revoked_at is null),
      'person', person_at_site(of_site, s.person_id))
    from desk_sessions s where s.token_hash = hash);
end $$;
revoke execute on function desk_session_of(text) from public;
grant execute on function desk_session_of(text) to buyoff_app;
