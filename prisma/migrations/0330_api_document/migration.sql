-- Why: what a system takes stands in its own API document. It is kept as it was approved, so that a mapping is checked
-- against it before anything is sent, and so that a later one can be compared with it.
alter table connectors
  add column api_document text check (length(api_document) <= 4000000),
  add column api_contract jsonb,
  add column api_check jsonb,
  add column api_document_seen text check (length(api_document_seen) <= 4000000);
