-- Why: a reconciliation is what a plant shows when it claims that every record arrived. Its result stood on the
-- record by its hash, and no person had said that they had read it: a second person signs it, once every line of
-- it is explained, and from then on nothing of it changes.
alter table reconciliations
  add column signed_by uuid,
  add column signed_at timestamptz(3),
  add column signature jsonb,
  add constraint reconciliations_signed_whole check (num_nonnulls(signed_by, signed_at, signature) in (0, 3)),
  add constraint reconciliations_signed_done check (signed_by is null or state = 'done'),
  add constraint reconciliations_two_people check (signed_by is null or signed_by is distinct from asked_by);

create or replace function reconciliation_stands() returns trigger language plpgsql as $$
begin
  if old.signed_by is not null then
    raise exception 'a signed reconciliation stays as it is' using errcode = 'BY000';
  end if;
  if old.ended_at is not null and (to_jsonb(new) - '{signed_by,signed_at,signature}'::text[])
      is distinct from (to_jsonb(old) - '{signed_by,signed_at,signature}'::text[]) then
    raise exception 'a reconciliation that has ended stays as it is' using errcode = 'BY000';
  end if;
  if new.signed_by is not null and exists (select from reconciliation_lines
      where run_id = new.id and closed_by is null and explained_by is null) then
    raise exception 'a reconciliation with a line that nobody has explained is not signed' using errcode = 'BY000';
  end if;
  return new;
end $$;

grant update (signed_by, signed_at, signature) on reconciliations to buyoff_app;
