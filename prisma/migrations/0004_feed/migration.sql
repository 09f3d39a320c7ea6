-- Why: the feed needs to know when a connector asked us to wait, where its poll stands, which version
-- of a QMS record the traveler has been told of, and which notices are still to be followed up. And
-- what was tried is evidence: attempts are closed once and never rewritten, a fence only rises.

alter table connectors
  add column webhook_secret text,
  add column paused_until timestamptz(3),
  add column poll_at timestamptz(3) not null default current_timestamp,
  add column poll_leased_until timestamptz(3),
  add constraint connectors_status_known check (status in ('active', 'paused', 'retired'));

alter table external_records
  add column applied_version text,
  add column applied_note text,
  add column apply_at timestamptz(3);
create index external_records_to_apply on external_records (apply_at)
  where applied_version is distinct from version;

alter table webhook_receipts
  add column subject text,
  add column fetch_at timestamptz(3),
  add column handled_at timestamptz(3),
  add column note text;
create index webhook_receipts_to_fetch on webhook_receipts (fetch_at) where handled_at is null;
grant update (fetch_at, handled_at, note) on webhook_receipts to buyoff_worker;

alter table deliveries
  add constraint deliveries_operation_known check (operation in ('create', 'update', 'attach')),
  add constraint deliveries_counts_not_negative check (attempts >= 0 and lookups >= 0 and fence >= 0),
  -- Nothing is on its way without somebody who has it on loan.
  add constraint deliveries_sending_is_leased check (state <> 'sending' or leased_until is not null),
  -- What the QMS has confirmed has its number.
  add constraint deliveries_done_has_number check
    (state not in ('delivered', 'verified', 'tracking', 'closed') or external_id is not null);

alter table routing_evaluations
  add constraint routing_evaluations_outcome_known check (outcome in ('matched', 'not_matched', 'error'));

create function delivery_is_kept() returns trigger language plpgsql as $$
begin
  if new.fence < old.fence then
    raise exception 'the fence of delivery % can only rise', old.id using errcode = 'BY000';
  end if;
  if new.external_key <> old.external_key or new.connector_id <> old.connector_id
     or new.position <> old.position or new.ordering_key <> old.ordering_key
     or new.operation <> old.operation or new.site_id <> old.site_id then
    raise exception 'what delivery % is about does not change', old.id using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger deliveries_kept before update on deliveries
  for each row execute function delivery_is_kept();

create function attempt_is_closed_once() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or new.request <> old.request or new.started_at <> old.started_at
     or new.fence <> old.fence or new.act <> old.act or new.delivery_id <> old.delivery_id then
    raise exception 'an attempt is evidence: closed once, never rewritten' using errcode = 'BY000';
  end if;
  return new;
end $$;
create trigger delivery_attempts_closed_once before update on delivery_attempts
  for each row execute function attempt_is_closed_once();

create trigger deliveries_not_deleted before delete or truncate on deliveries
  for each statement execute function refuse_rewrite();
create trigger delivery_attempts_not_deleted before delete or truncate on delivery_attempts
  for each statement execute function refuse_rewrite();
create trigger delivery_events_append_only before update or delete or truncate on delivery_events
  for each statement execute function refuse_rewrite();
create trigger routing_evaluations_append_only before update or delete or truncate on routing_evaluations
  for each statement execute function refuse_rewrite();
create trigger external_records_not_deleted before delete or truncate on external_records
  for each statement execute function refuse_rewrite();

revoke execute on function delivery_is_kept(), attempt_is_closed_once() from public;
