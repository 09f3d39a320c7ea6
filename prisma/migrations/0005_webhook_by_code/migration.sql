-- Why: a QMS that serves several plants is given one address for its webhooks, with the connector's
-- code in it, not one address per plant. Who the notice is for shows in whose secret signed it.
create policy by_code on connectors for select
  using (code = nullif(current_setting('buyoff.code', true), ''));

create function connectors_named(named text) returns table (id uuid, site_id uuid)
language plpgsql stable as $$
begin
  perform set_config('buyoff.code', named, true);
  return query select c.id, c.site_id from connectors c
    where c.code = named and c.status <> 'retired' order by c.id limit 20;
  perform set_config('buyoff.code', '', true);
end $$;
revoke execute on function connectors_named(text) from public;
grant execute on function connectors_named(text) to buyoff_app, buyoff_worker;
