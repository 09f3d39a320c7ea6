-- Why: a signing period must know whether both components were used in it (21 CFR 11.200 (a)(1)) and
-- what ended it; a one-time password counts once; and limits on how often somebody may ask hold over
-- all processes.
alter table signing_periods
  add column signed_at timestamptz(3),
  add column ended_by text,
  add constraint signing_periods_end_has_cause check ((ended_at is null) = (ended_by is null)),
  add constraint signing_periods_cause_known check (ended_by in
    ('lock', 'idle', 'sign_out', 'hand_over', 'other_sign_in', 'other_signature', 'absolute', 'revoked'));
-- One person at a time at a tablet, whatever two requests decided at once.
create unique index signing_periods_one_open on signing_periods (device_id) where ended_at is null;

alter table credentials
  add column totp_step bigint,
  add constraint credentials_argon2id_only check (
    (pin_hash is null or pin_hash like '$argon2id$%')
    and (password_hash is null or password_hash like '$argon2id$%')),
  add constraint credentials_totp_sealed check (totp_secret is null or totp_secret like 'a256gcm.%');
alter table badges
  add constraint badges_argon2id_only check (secret_hash like '$argon2id$%');

create table rate_windows (
  key text not null,
  started_at timestamptz(3) not null,
  count integer not null,
  constraint rate_windows_pkey primary key (key)
);
grant select, insert, update, delete on rate_windows to buyoff_app;

-- "When was this person last active at this tablet", asked at every signature.
create index entries_device_id_person_id_occurred_at_idx on entries (device_id, person_id, occurred_at);
