-- Why: not everything that leaves is about an NCR or even about a traveler. A delivery says which process
-- of the other system it is for, and one may be an event alone (publish), of a gage or a person as well.
-- Those that exist are all of the NCR process: the default says so, and goes.
alter table deliveries
  add column process text not null default 'NCR',
  alter column traveler_id drop not null,
  drop constraint deliveries_operation_known,
  add constraint deliveries_operation_known check (operation in ('create', 'update', 'attach', 'publish')),
  add constraint deliveries_publish_is_events check ((operation = 'publish') = (process = 'EVENTS')),
  add constraint deliveries_records_have_travelers check (operation = 'publish' or traveler_id is not null);
alter table deliveries alter column process drop default;
-- A record of another process is about a traveler, and not always about a defect.
alter table external_records alter column defect_id drop not null;
