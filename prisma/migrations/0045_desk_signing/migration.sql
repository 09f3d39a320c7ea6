-- Why: a remote buyoff is signed at a desk, where there is no tablet to bind the proof to. A session of
-- the desk has an id of its own, which may be named where its token's hash has no business; the proof
-- names it where a proof given at a tablet names the tablet.
alter table desk_sessions add column id uuid not null default gen_random_uuid();
create unique index desk_sessions_id_key on desk_sessions (id);

-- Values beyond a process limit are few among many; they are looked for from every desk's first page.
create index readings_beyond_process on readings (site_id, occurred_at) where verdict = 'out_of_process_limits';
