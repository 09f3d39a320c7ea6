-- Why: without a network somebody signs with a passkey or a security key of their own, and the server has to check
-- it later: with the public key that they enrolled before, against what that key has signed already. Like a badge
-- it belongs to the person, at whichever site they work, and is withdrawn and never removed.
create table passkeys (
  id uuid not null,
  person_id uuid not null,
  credential_id text not null constraint passkeys_credential_id check (
    credential_id ~ '^[A-Za-z0-9_-]+$' and length(credential_id) between 16 and 1364),
  public_key text not null constraint passkeys_public_key check (
    public_key ~ '^[A-Za-z0-9_-]+$' and length(public_key) between 16 and 2800),
  sign_count bigint not null constraint passkeys_sign_count check (sign_count between 0 and 4294967295),
  transports text[],
  aaguid uuid not null,
  device_type text not null constraint passkeys_device_type check (device_type in ('single_device', 'multi_device')),
  backed_up boolean not null,
  name text not null constraint passkeys_name check (length(name) between 1 and 60),
  enrolled_at timestamptz(3) not null,
  withdrawn_at timestamptz(3),
  constraint passkeys_pkey primary key (id),
  -- What can be in several places at once is the only thing that can be copied from one to another.
  constraint passkeys_backup check (device_type = 'multi_device' or not backed_up)
);
create unique index passkeys_credential_id_key on passkeys (credential_id);
create index passkeys_person_id_idx on passkeys (person_id);
-- A key is what it was when it was enrolled: of it only that it was withdrawn is ever written later.
grant select, insert on passkeys to buyoff_app;
grant update (withdrawn_at) on passkeys to buyoff_app;

-- How far a key had counted at each signature that was checked, and between when and when that was given: a copy of
-- a key counts on its own, and shows as a count that was there already or that goes down as time goes up.
create table passkey_uses (
  passkey_id uuid not null,
  command_id uuid not null,
  sign_count bigint not null,
  earliest timestamptz(3) not null,
  latest timestamptz(3) not null,
  constraint passkey_uses_pkey primary key (passkey_id, command_id),
  constraint passkey_uses_interval check (earliest <= latest)
);
grant select, insert on passkey_uses to buyoff_app;
