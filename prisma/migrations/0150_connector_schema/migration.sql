-- Why: a QMS that renames a field after an update of its own is noticed only when a message parks. What a
-- record of it looked like to the mapping is kept, and what the last look at it found.
alter table connectors
  add column schema_sample jsonb,
  add column schema_check jsonb;
