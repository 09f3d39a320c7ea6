-- Why: the monitor shows what waited at each hour and for how long. updated_at moves on with every change of
-- the other system's record, so when a delivery was over is kept once, by the database itself.
alter table deliveries add column done_at timestamptz(3);

create function delivery_is_over() returns trigger language plpgsql as $$
begin
  if new.state in ('delivered', 'verified', 'tracking', 'closed', 'cancelled', 'superseded') then
    new.done_at := coalesce(new.done_at, clock_timestamp());
  else
    new.done_at := null;
  end if;
  return new;
end $$;
create trigger deliveries_done_at before insert or update of state on deliveries
  for each row execute function delivery_is_over();

-- The best that is known of those that are over already.
update deliveries set done_at = updated_at
 where state in ('delivered', 'verified', 'tracking', 'closed', 'cancelled', 'superseded');

create index deliveries_site_id_position_idx on deliveries (site_id, position);
create index deliveries_site_id_external_number_idx on deliveries (site_id, external_number);
create index deliveries_site_id_done_at_idx on deliveries (site_id, done_at);
create index delivery_attempts_site_id_started_at_idx on delivery_attempts (site_id, started_at);
