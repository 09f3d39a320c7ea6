-- Why: a stamp number that was withdrawn may be issued again once its cool-down has passed, so a number
-- is no longer the name of a row; it has one holder at a time. Why it was withdrawn stands beside it, by
-- hash. The cool-down is the site's own (AS9100 8.5.2: control of the media that identify acceptance).
alter table stamps
  drop constraint stamps_pkey,
  add column id uuid not null default gen_random_uuid(),
  add column withdrawn_reason_sha256 text,
  add constraint stamps_pkey primary key (id),
  add constraint stamps_withdrawn_after_issue check (withdrawn_on is null or withdrawn_on >= issued_on);
alter table stamps alter column id drop default;
create unique index stamps_one_holder on stamps (number) where withdrawn_on is null;
create index stamps_number_idx on stamps (number);

alter table sites
  add column stamp_cool_down_months int not null default 12,
  add constraint sites_stamp_cool_down check (stamp_cool_down_months between 0 and 120);
