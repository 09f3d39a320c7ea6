-- Why: a plant's codes are not those of its QMS, and which of theirs is meant changes with time. A list
-- per kind of code, for one system or for all, of the company (no site) or of one site, which goes before.
-- Nothing of a list is rewritten: a line enters in one version and leaves in a later one, so that what was
-- looked up in version 7 for an event of March can be looked up again. And what each delivery was told
-- stands with it, together with what it waits for.

create table crosswalks (
  id uuid primary key,
  site_id uuid,
  kind text not null,
  connector text,
  version integer not null,
  on_missing text not null,
  default_code text,
  changed_at timestamptz(3) not null,
  constraint crosswalks_kind_known check (kind in
    ('part', 'operation', 'work_center', 'location', 'order', 'revision', 'gage', 'serial_format',
     'lot_format', 'defect_code', 'cause_code', 'unit', 'person', 'disposition')),
  constraint crosswalks_on_missing_known check (on_missing in ('park', 'default', 'fail')),
  constraint crosswalks_default_is_a_code check ((on_missing = 'default') = (default_code is not null)),
  constraint crosswalks_version_counts check (version > 0)
);
create unique index crosswalks_one_of_a_kind on crosswalks (site_id, kind, connector) nulls not distinct;

create table crosswalk_lines (
  id uuid primary key,
  list_id uuid not null references crosswalks (id) on delete restrict,
  site_id uuid,
  from_code text not null,
  canonical text not null,
  to_code text not null,
  label text,
  factor text,
  addend text,
  places integer,
  valid_from timestamptz(3),
  valid_to timestamptz(3),
  entered_in integer not null,
  entered_at timestamptz(3) not null,
  entered_by uuid,
  left_in integer,
  constraint crosswalk_lines_time_runs_on check (valid_from < valid_to),
  constraint crosswalk_lines_leave_after_entering check (left_in >= entered_in),
  constraint crosswalk_lines_codes_said check (canonical <> '' and to_code <> ''),
  constraint crosswalk_lines_places_counted check (places between 0 and 9)
);
create index crosswalk_lines_list_id_canonical_idx on crosswalk_lines (list_id, canonical);

-- A line is part of its list and of its site; no two that count say something of one code at one time.
-- The list's row is held by whoever adds a line, so that this is looked at by one at a time.
create function crosswalk_line_is_alone() returns trigger language plpgsql as $$
begin
  perform from crosswalks where id = new.list_id and site_id is not distinct from new.site_id for update;
  if not found then
    raise exception 'a line belongs to the site of its list' using errcode = 'BY000';
  end if;
  if exists (
    select from crosswalk_lines other
     where other.list_id = new.list_id and other.canonical = new.canonical and other.left_in is null
       and tstzrange(other.valid_from, other.valid_to) && tstzrange(new.valid_from, new.valid_to)) then
    raise exception 'code % has a line for that time', new.from_code using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger crosswalk_lines_alone before insert on crosswalk_lines
  for each row execute function crosswalk_line_is_alone();

-- It can leave, once, and nothing else.
create function crosswalk_line_is_kept() returns trigger language plpgsql as $$
begin
  if old.left_in is not null or new.left_in is null
     or to_jsonb(new) - 'left_in' <> to_jsonb(old) - 'left_in' then
    raise exception 'a line of a crosswalk is not rewritten' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger crosswalk_lines_kept before update on crosswalk_lines
  for each row execute function crosswalk_line_is_kept();
create trigger crosswalk_lines_not_deleted before delete or truncate on crosswalk_lines
  for each statement execute function refuse_rewrite();

create function crosswalk_is_kept() returns trigger language plpgsql as $$
begin
  if new.version <= old.version or new.kind <> old.kind
     or new.connector is distinct from old.connector or new.site_id is distinct from old.site_id then
    raise exception 'a crosswalk goes on to its next version and stays what it is' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger crosswalks_kept before update on crosswalks
  for each row execute function crosswalk_is_kept();
create trigger crosswalks_not_deleted before delete or truncate on crosswalks
  for each statement execute function refuse_rewrite();

create table delivery_codes (
  delivery_id uuid not null,
  kind text not null,
  code text not null,
  site_id uuid not null,
  how text not null,
  to_code text,
  factor text,
  addend text,
  places integer,
  list_id uuid,
  list_version integer,
  checked_at timestamptz(3) not null,
  primary key (delivery_id, kind, code),
  constraint delivery_codes_how_known check (how in ('mapped', 'default', 'missing')),
  constraint delivery_codes_mapped_to_something check
    ((how = 'missing') = (to_code is null) and (how = 'missing' or list_version is not null))
);
create index delivery_codes_missing on delivery_codes (kind, code) where how = 'missing';

revoke all on crosswalks, crosswalk_lines, delivery_codes from public;
grant select on crosswalks, crosswalk_lines, delivery_codes to buyoff_app, buyoff_worker, buyoff_verify;
grant insert on crosswalks, crosswalk_lines to buyoff_app, buyoff_worker;
grant update (version, on_missing, default_code, changed_at) on crosswalks to buyoff_app, buyoff_worker;
grant update (left_in) on crosswalk_lines to buyoff_app, buyoff_worker;
grant insert, update, delete on delivery_codes to buyoff_worker;
revoke execute on function crosswalk_line_is_alone(), crosswalk_line_is_kept(), crosswalk_is_kept() from public;

-- Lists of the company are seen from every site, and from none while none is set.
do $$
declare
  of_site text;
begin
  foreach of_site in array array['crosswalks', 'crosswalk_lines', 'delivery_codes'] loop
    execute format('alter table %I enable row level security', of_site);
    execute format('alter table %I force row level security', of_site);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', of_site);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', of_site);
  end loop;
  execute 'create policy by_site on delivery_codes
    using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
    with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)';
  foreach of_site in array array['crosswalks', 'crosswalk_lines'] loop
    execute format(
      'create policy by_site on %I
         using (coalesce(site_id, nullif(current_setting(''buyoff.site'', true), '''')::uuid)
                = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (coalesce(site_id, nullif(current_setting(''buyoff.site'', true), '''')::uuid)
                = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', of_site);
  end loop;
end $$;

-- The other way about: a record of theirs whose decision is in a word that nobody has mapped is kept and
-- shown, and none of its dispositions is told before all of its words are mapped.
alter table external_records
  add column missing_words text[],
  add column words_checked_at timestamptz(3),
  add constraint external_records_words_are_some
    check (cardinality(missing_words) > 0 and (missing_words is null) = (words_checked_at is null));
create index external_records_missing_words on external_records (words_checked_at)
  where missing_words is not null;
