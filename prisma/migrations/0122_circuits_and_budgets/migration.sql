-- Why: a system that is down is left alone instead of being asked by every message in turn, and one that
-- allows so many requests a minute and a day is not asked for more, whatever number of workers there is.
alter table connectors
  add column failures_in_row int not null default 0 check (failures_in_row >= 0),
  add column open_until timestamptz(3);

create table connector_usage (
  connector_id uuid not null,
  kind text not null check (kind in ('minute', 'day')),
  begins_at timestamptz(0) not null,
  site_id uuid not null,
  used int not null check (used >= 0),
  primary key (connector_id, kind, begins_at)
);
alter table connector_usage enable row level security;
alter table connector_usage force row level security;
create policy by_site on connector_usage
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on connector_usage to buyoff_worker using (true) with check (true);
create policy all_sites_read on connector_usage for select to buyoff_verify using (true);
grant select, insert, update, delete on connector_usage to buyoff_worker, buyoff_app;

-- Takes one request out of the budgets of a connector, or none: then the milliseconds until the next may
-- be had. `reserve` of each budget (0 to 1) is left for what is urgent.
create function take_request(of_connector uuid, of_site uuid, per_minute int, per_day int, reserve numeric,
  urgent boolean) returns int language plpgsql as $$
declare
  moment timestamptz := clock_timestamp();
  spent record;
begin
  -- One after the other for one connector: two workers never take the last one both.
  perform pg_advisory_xact_lock(hashtextextended('connector usage ' || of_connector, 0));
  for spent in
    select w.kind, w.begins_at, w.ends_at, w.most, coalesce(u.used, 0) as used
      from (values
        ('minute', date_trunc('minute', moment, 'UTC'), date_trunc('minute', moment, 'UTC') + interval '1 minute', per_minute),
        ('day', date_trunc('day', moment, 'UTC'), date_trunc('day', moment, 'UTC') + interval '1 day', per_day)
      ) as w(kind, begins_at, ends_at, most)
      left join connector_usage u
        on u.connector_id = of_connector and u.kind = w.kind and u.begins_at = w.begins_at
     where w.most is not null
     order by w.ends_at desc
  loop
    if spent.used >= (case when urgent then spent.most else spent.most - ceil(spent.most * reserve) end) then
      return greatest(1, ceil(1000 * extract(epoch from spent.ends_at - moment)))::int;
    end if;
  end loop;
  insert into connector_usage (connector_id, kind, begins_at, site_id, used)
  select of_connector, w.kind, w.begins_at, of_site, 1
    from (values ('minute', date_trunc('minute', moment, 'UTC'), per_minute),
                 ('day', date_trunc('day', moment, 'UTC'), per_day)) as w(kind, begins_at, most)
   where w.most is not null
  on conflict (connector_id, kind, begins_at) do update set used = connector_usage.used + 1;
  delete from connector_usage where connector_id = of_connector
    and begins_at < moment - case kind when 'minute' then interval '10 minutes' else interval '40 days' end;
  return 0;
end $$;
revoke execute on function take_request(uuid, uuid, int, int, numeric, boolean) from public;
grant execute on function take_request(uuid, uuid, int, int, numeric, boolean) to buyoff_worker, buyoff_app;
