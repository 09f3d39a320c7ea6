-- Why: a system that delays its answers instead of refusing is waited for longer, so that its answers arrive; whoever
-- gives up each time sends nothing, or everything twice.
alter table connectors add column patience_ms int check (patience_ms > 0);
