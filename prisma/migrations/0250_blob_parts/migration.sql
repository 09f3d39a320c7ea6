-- Why: a photo that broke off on its way began from nothing again, and over a bad network never arrived. What has
-- arrived of one is kept until the rest is here. It is no evidence: nothing counts until the whole has its own hash,
-- and what nobody goes on with is removed.
create table blob_parts (
  site_id uuid not null,
  device_id uuid not null,
  sha256 text not null constraint blob_parts_hash check (sha256 ~ '^[0-9a-f]{64}$'),
  start int not null constraint blob_parts_start check (start >= 0),
  total int not null constraint blob_parts_total check (total between 1 and 20971520),
  length int not null,
  data bytea not null,
  received_at timestamptz(3) not null,
  primary key (site_id, device_id, sha256, start),
  constraint blob_parts_length check (length = octet_length(data) and length between 1 and 262144),
  constraint blob_parts_within check (start + length <= total)
);
alter table blob_parts enable row level security;
alter table blob_parts force row level security;
create policy by_site on blob_parts
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
grant select, insert, delete on blob_parts to buyoff_app;
