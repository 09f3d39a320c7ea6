-- Why: what becomes an NCR was one rule in the code. A plant's rules are configuration of their own:
-- written, tried on what happened, signed by somebody else, and in force from then on. So a rule has
-- versions whose content stands once it is approved, a dry run is kept as it was shown, and every event
-- that a rule listens to has its evaluation.
create table routing_rules (
  id uuid primary key,
  site_id uuid not null,
  code text not null,
  created_at timestamptz(3) not null
);
create unique index routing_rules_site_id_code_key on routing_rules (site_id, code);

create table routing_rule_versions (
  rule_id uuid not null references routing_rules (id) on delete restrict,
  version integer not null,
  site_id uuid not null,
  content text not null,
  content_sha256 text not null,
  author_id uuid,
  changed_at timestamptz(3) not null,
  approved_by uuid,
  approved_at timestamptz(3),
  approval jsonb,
  effective_from timestamptz(3),
  retired_at timestamptz(3),
  primary key (rule_id, version),
  constraint routing_rule_versions_content_is_its_hash
    check (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
  constraint routing_rule_versions_effective_is_approved
    check ((approved_at is null) = (effective_from is null)),
  -- A person approves by a signature, and nobody approves what they wrote.
  constraint routing_rule_versions_approved_is_signed check (approved_by is null or approval is not null),
  constraint routing_rule_versions_approved_by_another
    check (approved_by is null or author_id is null or approved_by <> author_id)
);
-- One draft at a time: what was tested is what is approved.
create unique index routing_rule_versions_one_draft on routing_rule_versions (rule_id)
  where approved_at is null and retired_at is null;

create table routing_dry_runs (
  id uuid primary key,
  site_id uuid not null,
  rule_id uuid not null references routing_rules (id) on delete restrict,
  version integer not null,
  content_sha256 text not null,
  by_id uuid not null,
  at timestamptz(3) not null,
  result jsonb not null,
  result_sha256 text not null
);
create index routing_dry_runs_rule_id_content_sha256_idx on routing_dry_runs (rule_id, content_sha256);

create table routing_effects (
  id uuid primary key,
  site_id uuid not null,
  stream_id uuid not null,
  seq integer not null,
  rule text not null,
  rule_version integer not null,
  kind text not null,
  body jsonb not null,
  state text not null,
  note text,
  next_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  constraint routing_effects_state_known check (state in ('pending', 'done', 'refused'))
);
create index routing_effects_to_do on routing_effects (next_at) where state = 'pending';

alter table routing_evaluations
  add column event text not null default '',
  add column inputs_sha256 text,
  drop constraint routing_evaluations_pkey,
  add primary key (stream_id, seq, event, rule, rule_version);
alter table routing_evaluations alter column event drop default;
create index routing_evaluations_errors on routing_evaluations (site_id, at) where outcome = 'error';

-- What several events of one record have in common. The NCRs that are there are each their own.
alter table deliveries
  add column correlation text,
  add column priority integer not null default 50,
  add constraint deliveries_priority_known check (priority between 1 and 99);
update deliveries set correlation = ordering_key where operation <> 'publish';
create index deliveries_site_id_process_correlation_idx on deliveries (site_id, process, correlation);

do $$
declare
  named text;
begin
  foreach named in array array['routing_rules', 'routing_rule_versions', 'routing_dry_runs', 'routing_effects'] loop
    execute format('alter table %I enable row level security', named);
    execute format('alter table %I force row level security', named);
    execute format(
      'create policy by_site on %I using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', named);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', named);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', named);
    execute format('create trigger %I before delete or truncate on %I for each statement execute function refuse_rewrite()',
      named || '_not_deleted', named);
  end loop;
end $$;
grant select, insert on routing_rules, routing_rule_versions, routing_dry_runs, routing_effects
  to buyoff_app, buyoff_worker;
grant update (content, content_sha256, author_id, changed_at, approved_by, approved_at, approval, effective_from, retired_at)
  on routing_rule_versions to buyoff_app;
grant update (state, note, next_at) on routing_effects to buyoff_worker;

-- What was approved is what is in force: its content stands, it is approved once, and it ends once.
create function rule_version_is_kept() returns trigger language plpgsql as $$
begin
  if old.approved_at is not null and (
       new.content <> old.content or new.approved_at is distinct from old.approved_at
       or new.approved_by is distinct from old.approved_by or new.approval is distinct from old.approval
       or new.effective_from is distinct from old.effective_from or new.author_id is distinct from old.author_id)
     or old.retired_at is not null then
    raise exception 'version % of rule % is approved: what it says stands', old.version, old.rule_id
      using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger routing_rule_versions_kept before update on routing_rule_versions
  for each row execute function rule_version_is_kept();
create trigger routing_rules_not_changed before update on routing_rules
  for each statement execute function refuse_rewrite();
create trigger routing_dry_runs_not_changed before update on routing_dry_runs
  for each statement execute function refuse_rewrite();
revoke execute on function rule_version_is_kept() from public;
