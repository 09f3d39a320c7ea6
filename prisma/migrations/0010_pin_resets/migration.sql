-- Why: to sign in another's name must take the collaboration of two others (21 CFR 11.200 (a)(3)). One
-- asks, another approves, neither for themselves; the person alone then chooses the PIN.
create table pin_resets (
  id uuid not null,
  person_id uuid not null,
  asked_by uuid not null,
  asked_at timestamptz(3) not null,
  reason_sha256 text not null,
  approved_by uuid,
  approved_at timestamptz(3),
  code_hash text,
  expires_at timestamptz(3),
  used_at timestamptz(3),
  constraint pin_resets_pkey primary key (id),
  constraint pin_resets_by_another check (asked_by <> person_id),
  constraint pin_resets_by_two check (approved_by is null or (approved_by <> asked_by and approved_by <> person_id)),
  constraint pin_resets_approved_whole check (
    num_nonnulls(approved_by, approved_at, code_hash, expires_at) in (0, 4)),
  constraint pin_resets_used_after_approval check (used_at is null or approved_at is not null)
);
create unique index pin_resets_code_hash_key on pin_resets (code_hash);
create index pin_resets_person_id_idx on pin_resets (person_id);
grant select, insert on pin_resets to buyoff_app;
grant update (approved_by, approved_at, code_hash, expires_at, used_at) on pin_resets to buyoff_app;
