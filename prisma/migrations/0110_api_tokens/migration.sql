-- Why: an MES, an ERP or an HR system calls us by itself, and proves who it is by a token of its own: made
-- at the desk for one site, for what it is to do and no more, and ended there. Only its hash is kept.
-- What a call was answered is kept under the key that the caller gave it, so that sending it again after
-- a lost answer does nothing twice.
create table api_tokens (
  id uuid primary key,
  site_id uuid not null references sites (id),
  name text not null,
  prefix text not null unique,
  token_hash text not null unique,
  scopes text[],
  made_by uuid not null,
  made_at timestamptz(3) not null,
  revoked_by uuid,
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  constraint api_tokens_scopes check
    (scopes is not null and scopes <@ array['orders.read', 'orders.write', 'qualifications.write'] and cardinality(scopes) > 0),
  constraint api_tokens_revoked_by_somebody check ((revoked_by is null) = (revoked_at is null))
);
create index api_tokens_site_id_idx on api_tokens (site_id);

create table api_answers (
  token_id uuid not null references api_tokens (id),
  key text not null,
  site_id uuid not null,
  request_sha256 text not null,
  started_at timestamptz(3) not null,
  status integer,
  body text,
  primary key (token_id, key),
  constraint api_answers_whole check ((status is null) = (body is null))
);
create index api_answers_site_id_started_at_idx on api_answers (site_id, started_at);

revoke all on api_tokens, api_answers from public;
grant select, insert on api_tokens to buyoff_app;
grant update (revoked_by, revoked_at, last_used_at) on api_tokens to buyoff_app;
grant select on api_tokens to buyoff_worker;
grant select, insert, update, delete on api_answers to buyoff_app;

do $$
declare
  of_site text;
begin
  foreach of_site in array array['api_tokens', 'api_answers'] loop
    execute format('alter table %I enable row level security', of_site);
    execute format('alter table %I force row level security', of_site);
    execute format(
      'create policy by_site on %I using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', of_site);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', of_site);
  end loop;
end $$;

create policy by_key on api_tokens for select
  using (token_hash = nullif(current_setting('buyoff.key', true), ''));

-- Who calls, by what it presents: the key shows the row, in one round trip.
create function api_token_of(hash text) returns jsonb language plpgsql stable as $$
declare
  found jsonb;
begin
  perform set_config('buyoff.key', hash, true);
  select jsonb_build_object('id', t.id, 'site', t.site_id, 'name', t.name, 'scopes', to_jsonb(t.scopes),
      'revokedAt', utc_text(t.revoked_at), 'lastUsedAt', utc_text(t.last_used_at))
    into found from api_tokens t where t.token_hash = hash;
  perform set_config('buyoff.key', '', true);
  return found;
end $$;
revoke execute on function api_token_of(text) from public;
grant execute on function api_token_of(text) to buyoff_app;
