-- Why: what is stopped ends in one of four ways, each by a named person for a reason: sent again, sent changed,
-- linked to a record that is there already, or discarded by two. What was to be sent before a change stays.
alter table deliveries
  add column discard_asked_by uuid,
  add column discard_asked_at timestamptz(3),
  add column discard_reason_sha256 text,
  add constraint deliveries_discard_asked_whole check
    (num_nonnulls(discard_asked_by, discard_asked_at, discard_reason_sha256) in (0, 3));

create table delivery_edits (
  id uuid primary key,
  delivery_id uuid not null,
  site_id uuid not null,
  before jsonb not null,
  before_sha256 text not null,
  by uuid not null,
  at timestamptz(3) not null,
  reason_sha256 text not null
);
create index delivery_edits_delivery_id_idx on delivery_edits (delivery_id);
alter table delivery_edits enable row level security;
alter table delivery_edits force row level security;
create policy by_site on delivery_edits
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on delivery_edits to buyoff_worker using (true) with check (true);
create policy all_sites_read on delivery_edits for select to buyoff_verify using (true);
grant select, insert on delivery_edits to buyoff_app;
create trigger delivery_edits_append_only before update or delete or truncate on delivery_edits
  for each statement execute function refuse_rewrite();
