-- Why: a list of thousands of travelers is searched by the beginning of a number, in any case, and read
-- page by page. Row-level security lets an index be used only through operators that leak nothing, which
-- lower() and LIKE are not: so the numbers stand beside the traveler, in small letters, compared by
-- their bytes. They follow the row and are evidence of nothing.
create table traveler_keys (
  site_id uuid not null,
  key text collate "C" not null,
  kind text not null,
  traveler_id uuid not null references travelers (id) on delete restrict,
  constraint traveler_keys_pkey primary key (site_id, key, kind, traveler_id),
  constraint traveler_keys_kind check (kind in ('unit', 'order', 'part', 'instruction'))
);
create index traveler_keys_traveler_id_idx on traveler_keys (traveler_id);

grant select, insert, delete on traveler_keys to buyoff_app, buyoff_worker;
alter table traveler_keys enable row level security;
alter table traveler_keys force row level security;
create policy by_site on traveler_keys
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on traveler_keys to buyoff_worker using (true) with check (true);
create policy all_sites_read on traveler_keys for select to buyoff_verify using (true);

create function keep_traveler_keys() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from traveler_keys where traveler_id = new.id;
  end if;
  insert into traveler_keys (site_id, key, kind, traveler_id)
    select new.site_id, lower(said.named), said.kind, new.id
      from (values ('unit', coalesce(new.serial, new.lot)), ('order', new.work_order),
                   ('part', new.part_number), ('instruction', new.instruction)) said (kind, named)
     where said.named is not null;
  return null;
end $$;
create trigger travelers_keyed after insert on travelers
  for each row execute function keep_traveler_keys();
-- Every command writes the whole row; only a number that changed is worth the work.
create trigger travelers_keyed_again after update on travelers
  for each row
  when ((old.serial, old.lot, old.work_order, old.part_number, old.instruction)
    is distinct from (new.serial, new.lot, new.work_order, new.part_number, new.instruction))
  execute function keep_traveler_keys();

-- What is read page by page: all of them, the newest first, and the few that are open or want somebody.
create index travelers_newest_idx on travelers (site_id, released_at desc, id desc);
create index travelers_open_idx on travelers (site_id)
  where status in ('released', 'in_work', 'on_hold');
create index travelers_exceptions_idx on travelers (site_id) where holds_open > 0 or defects_open > 0;
create index travelers_buyoffs_idx on travelers (site_id) where cardinality(buyoffs_due) > 0;

-- Site by site: the policies bind the owner as well.
do $$
declare
  of_site uuid;
begin
  for of_site in select id from sites loop
    perform set_config('buyoff.site', of_site::text, true);
    insert into traveler_keys (site_id, key, kind, traveler_id)
      select t.site_id, lower(said.named), said.kind, t.id
        from travelers t,
             lateral (values ('unit', coalesce(t.serial, t.lot)), ('order', t.work_order),
                             ('part', t.part_number), ('instruction', t.instruction)) said (kind, named)
       where said.named is not null;
  end loop;
  perform set_config('buyoff.site', '', true);
end $$;
