-- Why: a plant files that its interface was validated, and what was so when a message was sent. A run executes the
-- plant's own test cases against one flow (a process on its way to a connector); what each step found is evidence
-- and stays, the run is signed by a second person, and each message keeps what its flow stood on when it was sent.
create table validation_cases (
  site_id uuid not null,
  code text not null,
  version int not null check (version > 0),
  content text not null,
  content_sha256 text not null,
  author_id uuid not null,
  made_at timestamptz(3) not null,
  reason_sha256 text not null,
  primary key (site_id, code, version)
);

create table validation_runs (
  id uuid primary key,
  site_id uuid not null,
  connector_id uuid not null,
  process text not null,
  mode text not null check (mode in ('shadow', 'live')),
  cases text[] constraint validation_runs_some check (cardinality(cases) > 0),
  asked_by uuid,
  asked_at timestamptz(3) not null,
  state text not null check (state in ('waiting', 'running', 'done', 'failed')),
  fence int not null default 0,
  leased_until timestamptz(3),
  ended_at timestamptz(3),
  note text,
  fingerprint jsonb,
  result_sha256 text,
  signed_by uuid,
  signed_at timestamptz(3),
  signature jsonb,
  constraint validation_runs_ended check ((state in ('done', 'failed')) = (ended_at is not null)),
  constraint validation_runs_result check ((state = 'done') = (result_sha256 is not null)),
  constraint validation_runs_known check (state <> 'done' or fingerprint is not null),
  constraint validation_runs_signed_whole check (num_nonnulls(signed_by, signed_at, signature) in (0, 3)),
  constraint validation_runs_signed_done check (signed_by is null or state = 'done'),
  constraint validation_runs_two_people check (signed_by is null or signed_by is distinct from asked_by)
);
create index validation_runs_site_id_asked_at_idx on validation_runs (site_id, asked_at);
create index validation_runs_connector_id_process_idx on validation_runs (connector_id, process);

create table validation_results (
  run_id uuid not null,
  code text not null,
  site_id uuid not null,
  place int not null,
  version int not null,
  content text not null,
  content_sha256 text not null,
  outcome text not null check (outcome in ('passed', 'failed', 'not_run')),
  steps jsonb not null,
  primary key (run_id, code)
);

alter table deliveries
  add column validation text check (validation in ('never', 'changed', 'validated')),
  add column validation_run uuid,
  add column flow_sha256 text,
  add constraint deliveries_validation_whole check ((validation is null) = (flow_sha256 is null));

create function validation_run_stands() returns trigger language plpgsql as $$
begin
  if old.signed_by is not null then
    raise exception 'a signed validation run stays as it is' using errcode = 'BY000';
  end if;
  if old.ended_at is not null and (to_jsonb(new) - '{signed_by,signed_at,signature}'::text[])
      is distinct from (to_jsonb(old) - '{signed_by,signed_at,signature}'::text[]) then
    raise exception 'a validation run that has ended stays as it is' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger validation_runs_stand before update on validation_runs
  for each row execute function validation_run_stands();
create trigger validation_cases_not_changed before update on validation_cases
  for each statement execute function refuse_rewrite();
create trigger validation_results_not_changed before update on validation_results
  for each statement execute function refuse_rewrite();

do $$
declare
  name text;
begin
  foreach name in array array['validation_cases', 'validation_runs', 'validation_results'] loop
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
grant select, insert on validation_cases to buyoff_app;
grant select on validation_cases to buyoff_worker;
grant select, insert on validation_runs to buyoff_app, buyoff_worker;
grant update (signed_by, signed_at, signature) on validation_runs to buyoff_app;
grant update (state, fence, leased_until, ended_at, note, fingerprint, result_sha256) on validation_runs to buyoff_worker;
grant select on validation_results to buyoff_app;
grant select, insert on validation_results to buyoff_worker;
