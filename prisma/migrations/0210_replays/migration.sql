-- Why: messages are sent again on purpose, after a restore of another system or an outage of days, many at once. What
-- was asked for, by whom and why, and what each message was before, is evidence and stays.
create table replays (
  id uuid primary key,
  site_id uuid not null,
  connector_id uuid not null,
  asked jsonb not null,
  by uuid not null,
  at timestamptz(3) not null,
  reason_sha256 text not null,
  replayed int not null constraint replays_some check (replayed > 0),
  left_alone int not null check (left_alone >= 0)
);
create index replays_site_id_at_idx on replays (site_id, at);

create table replayed_deliveries (
  replay_id uuid not null,
  delivery_id uuid not null,
  site_id uuid not null,
  effect text not null check (effect in ('again', 'looked_at', 'started', 'made_again')),
  was text not null,
  external_id text,
  primary key (replay_id, delivery_id)
);
create index replayed_deliveries_delivery_id_idx on replayed_deliveries (delivery_id);

do $$
declare
  name text;
begin
  foreach name in array array['replays', 'replayed_deliveries'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy by_site on %I
      using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
      with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', name);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', name);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', name);
    execute format('create trigger %I before update or delete or truncate on %I
      for each statement execute function refuse_rewrite()', name || '_append_only', name);
  end loop;
end $$;
grant select, insert on replays, replayed_deliveries to buyoff_app;
grant select on replays, replayed_deliveries to buyoff_worker;
