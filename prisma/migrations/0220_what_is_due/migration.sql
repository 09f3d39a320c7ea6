-- Why: each claim sorted everything that waits, so that a backlog of 20,000 messages took 120 to 400 ms for each four of
-- them. What is due is read in its order instead, and only as far as four are found: 5 to 10 ms on the same rows.
create index deliveries_due_idx on deliveries (priority, next_at, position)
  where state in ('pending', 'sending', 'outcome_unknown', 'delivered');
-- A record that was made, read or polled asked for its message by the id that it has there, and a lot for its messages:
-- each looked at all messages there are.
create index deliveries_connector_id_external_id_idx on deliveries (connector_id, external_id);
create index deliveries_traveler_id_idx on deliveries (traveler_id);
