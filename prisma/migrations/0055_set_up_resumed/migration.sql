-- Why: the reply to the set-up carries the authenticator's secret, once. A reply that is lost left an
-- administrator whom nobody could sign in as. The token names whom it made, so that whoever holds it and
-- knows that person's password sees the same secret again, until it was used to sign in.
alter table setup_tokens
  add column person_id uuid,
  add constraint setup_tokens_made_by_use check (person_id is null or used_at is not null);
