-- Why: a QMS record can be gone, and it can be raised there on something that is built here. The first is said of
-- our record and never made good by itself; the second is kept beside the traveler it names, holds it as the
-- connector's configuration says, and becomes a defect's record when a person links it.
alter table external_records add column gone_at timestamptz(3);

create table external_findings (
  connector_id uuid not null,
  external_id text not null,
  site_id uuid not null,
  traveler_id uuid not null,
  number text not null,
  title text,
  status text not null,
  version text not null,
  url text not null,
  found_at timestamptz(3) not null,
  seen_at timestamptz(3) not null,
  hold_state text not null check (hold_state in ('none', 'pending', 'placed', 'refused')),
  hold_reason text,
  hold_note text,
  hold_at timestamptz(3),
  defect_id uuid,
  linked_by uuid,
  linked_at timestamptz(3),
  reason_sha256 text,
  primary key (connector_id, external_id),
  constraint external_findings_linked_whole check
    (num_nonnulls(defect_id, linked_by, linked_at, reason_sha256) in (0, 4)),
  constraint external_findings_hold_whole check ((hold_state = 'none') = (hold_reason is null))
);
create index external_findings_traveler_id_idx on external_findings (traveler_id);
create index external_findings_to_hold on external_findings (hold_at) where hold_state = 'pending';
alter table external_findings enable row level security;
alter table external_findings force row level security;
create policy by_site on external_findings
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on external_findings to buyoff_worker using (true) with check (true);
create policy all_sites_read on external_findings for select to buyoff_verify using (true);
create trigger external_findings_not_deleted before delete or truncate on external_findings
  for each statement execute function refuse_rewrite();
grant select on external_findings to buyoff_app, buyoff_worker;
grant insert on external_findings to buyoff_worker;
grant update (number, title, status, version, url, seen_at, hold_state, hold_note, hold_at) on external_findings
  to buyoff_worker;
grant update (defect_id, linked_by, linked_at, reason_sha256) on external_findings to buyoff_app;
