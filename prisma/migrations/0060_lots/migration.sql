-- Why: a lot may be split, merged and given serial numbers later. A defect that leaves with its pieces
-- gets another id, and what the QMS says of it has to find it there; a piece is found by its number, which
-- no other unit or piece of the part has. All three follow the record and are evidence of nothing.

create table defect_moves (
  site_id uuid not null,
  from_traveler uuid not null,
  from_defect uuid primary key,
  to_traveler uuid not null,
  to_defect uuid not null unique
);
create table piece_serials (
  site_id uuid not null,
  part_number text not null,
  serial text not null,
  traveler_id uuid not null references travelers (id) on delete restrict,
  -- Numbers change hands between the lots of a family within one append: counted when it is done.
  constraint piece_serials_once unique (site_id, part_number, serial) deferrable initially deferred
);
create index piece_serials_traveler_id_idx on piece_serials (traveler_id);
create index travelers_merged_into on travelers (merged_into) where merged_into is not null;

revoke all on defect_moves, piece_serials from public;
grant select, insert on defect_moves to buyoff_app, buyoff_worker;
grant select, insert, delete on piece_serials to buyoff_app, buyoff_worker;
grant select on defect_moves, piece_serials to buyoff_verify;
do $$
declare
  of_site text;
begin
  foreach of_site in array array['defect_moves', 'piece_serials'] loop
    execute format('alter table %I enable row level security', of_site);
    execute format('alter table %I force row level security', of_site);
    execute format(
      'create policy by_site on %I using (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)
         with check (site_id = nullif(current_setting(''buyoff.site'', true), '''')::uuid)', of_site);
    execute format('create policy all_sites on %I to buyoff_worker using (true) with check (true)', of_site);
    execute format('create policy all_sites_read on %I for select to buyoff_verify using (true)', of_site);
  end loop;
end $$;

create function keep_defect_moves() returns trigger language plpgsql as $$
begin
  insert into defect_moves (site_id, from_traveler, from_defect, to_traveler, to_defect)
    select new.site_id, (new.line::jsonb->'body'->'from'->>'traveler')::uuid, (d->>'from')::uuid,
           new.stream_id, (d->>'to')::uuid
      from jsonb_array_elements(new.line::jsonb->'body'->'defects') d;
  return null;
end $$;
create trigger entries_move_defects after insert on entries
  for each row when (new.type = 'traveler.split_off') execute function keep_defect_moves();

-- Where a defect is now; no row: where it was logged.
create function defect_now(of_defect uuid) returns table (traveler uuid, defect uuid) language sql stable as $$
  with recursive moved as (
    select m.to_traveler, m.to_defect, 1 as step from defect_moves m where m.from_defect = of_defect
    union all
    select m.to_traveler, m.to_defect, moved.step + 1 from moved
      join defect_moves m on m.from_defect = moved.to_defect)
  select to_traveler, to_defect from moved order by step desc limit 1
$$;

-- A defect's ids, from what it has now back to the one it was logged under.
create function defect_ids(of_defect uuid) returns table (defect uuid, step int) language sql stable as $$
  with recursive earlier as (
    select of_defect as defect, 0 as step
    union all
    select m.from_defect, earlier.step + 1 from earlier
      join defect_moves m on m.to_defect = earlier.defect)
  select defect, step from earlier
$$;

create or replace function keep_traveler_keys() returns trigger language plpgsql as $$
declare
  pieces jsonb := coalesce(new.state->'serials', '[]');
begin
  if tg_op = 'UPDATE' then
    delete from traveler_keys where traveler_id = new.id;
    delete from piece_serials where traveler_id = new.id;
  end if;
  insert into traveler_keys (site_id, key, kind, traveler_id)
    select distinct new.site_id, lower(said.named), said.kind, new.id
      from (select * from (values ('unit', coalesce(new.serial, new.lot)), ('order', new.work_order),
                   ('part', new.part_number), ('instruction', new.instruction)) own (kind, named)
            union all select 'unit', jsonb_array_elements_text(pieces)) said (kind, named)
     where said.named is not null;
  insert into piece_serials (site_id, part_number, serial, traveler_id)
    select new.site_id, new.part_number, piece, new.id from jsonb_array_elements_text(pieces) piece;
  return null;
end $$;
drop trigger travelers_keyed_again on travelers;
-- Every command writes the whole row; only a number that changed is worth the work, and only a lot has pieces.
create trigger travelers_keyed_again after update on travelers
  for each row
  when ((old.serial, old.lot, old.work_order, old.part_number, old.instruction)
      is distinct from (new.serial, new.lot, new.work_order, new.part_number, new.instruction)
    or (new.lot is not null and (old.state->'serials') is distinct from (new.state->'serials')))
  execute function keep_traveler_keys();

-- What load_for_command is asked about a lot besides. Runs after it, in the same snapshot.
create function lot_for_command(of_site uuid, ask jsonb) returns jsonb language plpgsql stable as $$
begin
  if jsonb_typeof(ask->'lot') is distinct from 'object' then
    return jsonb_build_object('lot', null);
  end if;
  perform set_config('buyoff.site', of_site::text, true);
  return jsonb_build_object('lot', jsonb_build_object(
    'serialsTaken', coalesce((select jsonb_agg(distinct asked.serial order by asked.serial)
      from jsonb_array_elements_text(ask->'lot'->'serials') asked(serial)
      cross join (select part_number from travelers
        where id = (ask->>'traveler')::uuid and site_id = of_site) own
      where exists (select from piece_serials p where p.site_id = of_site
          and p.part_number = own.part_number and p.serial = asked.serial)
        or exists (select from travelers u where u.site_id = of_site
          and u.part_number = own.part_number and u.serial = asked.serial)), '[]'),
    'heldOutside', coalesce((select jsonb_agg(distinct o.id)
      from travelers o join plant_holds h on h.site_id = of_site and h.released_at is null
        and ((h.scope = 'lot' and h.subject = o.lot) or (h.scope = 'order' and h.subject = o.work_order)
          or (h.scope = 'part_revision' and h.subject = o.part_number || ' ' || o.part_revision))
      where o.site_id = of_site
        and o.id in (select jsonb_array_elements_text(coalesce(ask->'travelers', '[]'))::uuid)), '[]')));
end $$;

revoke execute on function keep_defect_moves(), keep_traveler_keys(), defect_now(uuid), defect_ids(uuid),
  lot_for_command(uuid, jsonb) from public;
grant execute on function defect_now(uuid), defect_ids(uuid), lot_for_command(uuid, jsonb)
  to buyoff_app, buyoff_worker;
