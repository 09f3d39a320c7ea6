-- Why: that every record arrived is a claim; a reconciliation is what it rests on. It compares what was made
-- here in a range with what the other system holds, keeps a line for everything that is not as it should be,
-- and each line stands until a person has closed it with a reason. Lines are evidence: nobody rewrites them.
alter table connectors
  add column reconcile_hour smallint default 3 check (reconcile_hour between 0 and 23),
  add column reconciled_on date not null default (now() at time zone 'UTC')::date;

create table reconciliations (
  id uuid primary key,
  site_id uuid not null,
  connector_id uuid not null,
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  asked_by uuid,
  asked_at timestamptz(3) not null,
  scheduled_on date,
  state text not null check (state in ('waiting', 'running', 'done', 'failed')),
  fence int not null default 0,
  leased_until timestamptz(3),
  ended_at timestamptz(3),
  is_listed boolean,
  note text,
  counts jsonb not null default '[]',
  result_sha256 text,
  constraint reconciliations_range check (from_at < to_at),
  constraint reconciliations_by_whom check ((asked_by is null) = (scheduled_on is not null)),
  constraint reconciliations_ended check ((state in ('done', 'failed')) = (ended_at is not null)),
  constraint reconciliations_result check ((state = 'done') = (result_sha256 is not null))
);
create unique index reconciliations_once_a_day on reconciliations (connector_id, scheduled_on);
create index reconciliations_site_id_asked_at_idx on reconciliations (site_id, asked_at);

create table reconciliation_lines (
  id uuid primary key,
  run_id uuid not null,
  site_id uuid not null,
  connector_id uuid not null,
  kind text not null,
  fingerprint text not null,
  delivery_id uuid,
  traveler_id uuid,
  external_id text,
  number text,
  url text,
  unit text,
  work_order text,
  rule text,
  day date,
  detail jsonb not null,
  explained_by uuid,
  closed_by uuid,
  closed_at timestamptz(3),
  reason_sha256 text,
  constraint reconciliation_lines_closed_whole check (num_nonnulls(closed_by, closed_at, reason_sha256) in (0, 3)),
  constraint reconciliation_lines_explained_once check (explained_by is null or closed_by is null)
);
create index reconciliation_lines_run_id_idx on reconciliation_lines (run_id);
create index reconciliation_lines_connector_id_fingerprint_idx on reconciliation_lines (connector_id, fingerprint);

create function reconciliation_line_stands() returns trigger language plpgsql as $$
begin
  if old.closed_by is not null then
    raise exception 'a line that is closed stays as it is' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger reconciliation_lines_stand before update on reconciliation_lines
  for each row execute function reconciliation_line_stands();

create function reconciliation_stands() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception 'a reconciliation that has ended stays as it is' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger reconciliations_stand before update on reconciliations
  for each row execute function reconciliation_stands();

do $$
declare
  name text;
begin
  foreach name in array array['reconciliations', 'reconciliation_lines'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy by_site on %I
      using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
      with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', name);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', name);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', name);
    execute format('create trigger %I before delete or truncate on %I for each statement execute function refuse_rewrite()',
      name || '_not_deleted', name);
  end loop;
end $$;
grant select, insert on reconciliations to buyoff_app, buyoff_worker;
grant update (state, fence, leased_until, ended_at, is_listed, note, counts, result_sha256) on reconciliations
  to buyoff_worker;
grant select on reconciliation_lines to buyoff_app, buyoff_worker;
grant insert on reconciliation_lines to buyoff_worker;
grant update (closed_by, closed_at, reason_sha256) on reconciliation_lines to buyoff_app;
