-- Why: the row of a photo went through a client that costs more than the row. Told again, it is the same photo.
create function keep_blob(of_site uuid, of_sha256 text, of_type text, size int, at timestamptz, by uuid)
returns void language plpgsql as $$
begin
  perform set_config('buyoff.site', of_site::text, true);
  insert into blobs (site_id, sha256, media_type, bytes, received_at, received_by)
    values (of_site, of_sha256, of_type, size, at, by) on conflict do nothing;
end $$;
revoke execute on function keep_blob(uuid, text, text, int, timestamptz, uuid) from public;
grant execute on function keep_blob(uuid, text, text, int, timestamptz, uuid) to buyoff_app, buyoff_worker;
