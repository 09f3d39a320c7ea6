-- Why: evidence leaves in batches as well: everything that was recorded in a range, as a folder of files with a
-- manifest. What a batch is made of is decided by its range and scope alone, so the same batch has the same bytes
-- whoever writes it and however often. A plan asks for one by itself, from where its last one ended.
create table drop_plans (
  id uuid primary key,
  site_id uuid not null,
  connector_id uuid not null,
  told_id uuid,
  part_number text,
  discloses text not null check (discloses in ('nothing', 'words', 'everything')),
  hour smallint check (hour between 0 and 23),
  covered_until timestamptz(3) not null,
  asked_by uuid not null,
  asked_at timestamptz(3) not null
);
create index drop_plans_site_id_idx on drop_plans (site_id);

create table drops (
  id uuid primary key,
  site_id uuid not null,
  connector_id uuid not null,
  told_id uuid,
  plan_id uuid,
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  work_order text,
  part_number text,
  discloses text not null check (discloses in ('nothing', 'words', 'everything')),
  asked_by uuid,
  asked_at timestamptz(3) not null,
  asked_xid xid8 not null default pg_current_xact_id(),
  state text not null check (state in ('waiting', 'writing', 'written', 'told', 'failed')),
  fence int not null default 0,
  leased_until timestamptz(3),
  attempts int not null default 0,
  next_at timestamptz(3) not null,
  files_written int not null default 0,
  trouble text,
  note text,
  folder text,
  uri text,
  content_sha256 text,
  manifest text,
  manifest_sha256 text,
  supersedes uuid,
  written_at timestamptz(3),
  told_at timestamptz(3),
  constraint drops_range check (from_at < to_at),
  constraint drops_by_whom check (num_nonnulls(asked_by, plan_id) = 1),
  constraint drops_written check ((state in ('written', 'told')) =
    (num_nonnulls(folder, uri, content_sha256, manifest, manifest_sha256, written_at) = 6)),
  constraint drops_told check ((state = 'told') = (told_at is not null)),
  constraint drops_trouble check (state <> 'failed' or num_nonnulls(trouble, note) = 2)
);
create unique index drops_once_a_plan on drops (plan_id, to_at);
create index drops_site_id_asked_at_idx on drops (site_id, asked_at);
create index drops_to_do on drops (next_at) where state in ('waiting', 'writing');
create index drops_to_follow on drops (written_at) where state = 'written';

create table drop_messages (
  drop_id uuid not null,
  delivery_id uuid not null,
  site_id uuid not null,
  primary key (drop_id, delivery_id)
);

-- Entries come in the order of their time: a range of them is found by where it lies.
create index entries_recorded_at_idx on entries using brin (recorded_at);

create function drop_stands() returns trigger language plpgsql as $$
begin
  if old.written_at is not null and (new.folder, new.uri, new.content_sha256, new.manifest, new.manifest_sha256,
      new.written_at, new.supersedes) is distinct from (old.folder, old.uri, old.content_sha256, old.manifest,
      old.manifest_sha256, old.written_at, old.supersedes) then
    raise exception 'a batch that is written stays as it is' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger drops_stand before update on drops for each row execute function drop_stands();

do $$
declare
  name text;
begin
  foreach name in array array['drop_plans', 'drops', 'drop_messages'] loop
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
grant select, insert on drop_plans, drops to buyoff_app;
grant update (hour) on drop_plans to buyoff_app;
grant update (state, attempts, next_at, trouble, note) on drops to buyoff_app;
grant select on drop_messages to buyoff_app;
grant select on drop_plans to buyoff_worker;
grant update (covered_until) on drop_plans to buyoff_worker;
grant select, insert on drops, drop_messages to buyoff_worker;
grant update (state, fence, leased_until, attempts, next_at, files_written, trouble, note, folder, uri, content_sha256,
  manifest, manifest_sha256, supersedes, written_at, told_at) on drops to buyoff_worker;
