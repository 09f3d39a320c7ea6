-- Why: a receipt said what became of a command and not what the command was, nor on what it was
-- decided. From here on it keeps both, so that anybody can run the rules over it again: to prove that
-- tablet and server have one rule book, to answer why something was accepted, and to see what a
-- changed rule would have said. `npm run record:replay` does that.
-- A tablet's revocation is checked by `append` itself, from the tablet's own row.

alter table receipts
  add column said text,
  add column facts text,
  add column decided_at int,
  add constraint receipts_decided_on_both check ((facts is null) = (decided_at is null)),
  add constraint receipts_decided_on_command check (facts is null or said is not null);

-- What many decisions share, such as a person's roles or the plant's policy: once, by its hash. It
-- names people, so retention may dispose of it, as of a text; the receipt keeps the hash.
create table fact_blobs (
  site_id uuid not null,
  sha256 text not null,
  text text,
  disposed_at timestamptz(3),
  primary key (site_id, sha256),
  constraint fact_blobs_hash_is_of_text
    check (text is null or sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
  constraint fact_blobs_disposed_or_there check ((text is null) = (disposed_at is not null))
);
revoke all on fact_blobs from public;
grant select, insert on fact_blobs to buyoff_app, buyoff_worker;
grant update (text, disposed_at) on fact_blobs to buyoff_worker;
grant select on fact_blobs to buyoff_verify;
create trigger fact_blobs_not_deleted before delete or truncate on fact_blobs
  for each statement execute function refuse_rewrite();
create trigger fact_blobs_only_disposed before update on fact_blobs
  for each row execute function text_is_only_disposed_of();

alter table fact_blobs enable row level security;
alter table fact_blobs force row level security;
create policy by_site on fact_blobs
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on fact_blobs to buyoff_worker using (true) with check (true);
create policy all_sites_read on fact_blobs for select to buyoff_verify using (true);

-- The one way a decision is written: all of it or nothing. BY001 a head moved, BY002 a fact moved,
-- BY003 a proof is spent or somebody else's, BY005 the tablet's own count moved, or it was revoked:
-- decide again.
create or replace function append(of_site uuid, decision jsonb) returns void language plpgsql as $$
declare
  wanted record;
  stream streams;
  touched bigint;
  told bigint;
begin
  perform set_config('buyoff.site', of_site::text, true);

  -- One order of locks for everybody, so that no two appends wait for each other.
  for wanted in
    select (s->>'id')::uuid as id, s->>'kind' as kind, (s->>'expected')::int as expected, true as to_write
      from jsonb_array_elements(decision->'streams') s
    union all
    select (g->>'id')::uuid, g->>'kind', (g->>'seq')::int, false
      from jsonb_array_elements(decision->'guards') g
    order by id
  loop
    stream := locked_stream(of_site, wanted.id, wanted.kind, wanted.to_write);
    if stream.seq is distinct from wanted.expected then
      raise exception 'stream % is at %, not at %', wanted.id, stream.seq, wanted.expected
        using errcode = case when wanted.to_write then 'BY001' else 'BY002' end;
    end if;
  end loop;

  -- Whoever revokes a tablet may leave no entry in its stream: its row says it as well.
  if exists (select from devices d
      where d.id in (select jsonb_array_elements_text(decision->'enrolled')::uuid)
        and d.revoked_at is not null) then
    raise exception 'a tablet was revoked' using errcode = 'BY005';
  end if;

  insert into person_cards (hash, person_id, version, card)
    select c.hash, c.person, c.version, c.card
    from jsonb_to_recordset(decision->'cards') as c(hash text, person uuid, version int, card text)
    on conflict (hash) do nothing;

  insert into entries (stream_id, seq, site_id, hash, line, type, person_id, device_id, command_id,
      occurred_at, recorded_at, shift, system_identifier)
    select e.stream, e.seq, of_site, e.hash, e.line, e.type, e.person, e.device, e.command,
      e."occurredAt", e."recordedAt", e.shift, cluster.identifier
    from jsonb_to_recordset(decision->'entries') as e(stream uuid, seq int, hash text, line text,
      type text, person uuid, device uuid, command uuid, "occurredAt" timestamptz,
      "recordedAt" timestamptz, shift text)
    cross join (select cluster_identifier() as identifier) cluster
    order by e.stream, e.seq;

  insert into routing_queue (site_id, stream_id, seq)
    select of_site, e.stream, e.seq
    from jsonb_to_recordset(decision->'entries') as e(stream uuid, seq int)
    order by e.stream, e.seq;

  -- The head is what was really appended: an entry left out or doubled fails here.
  for wanted in
    select (s->>'id')::uuid as id, (s->>'expected')::int as expected, s->>'head' as head
    from jsonb_array_elements(decision->'streams') s
  loop
    update streams s set seq = e.seq, head = e.hash
      from (select seq, hash from entries where stream_id = wanted.id order by seq desc limit 1) e
      where s.id = wanted.id and e.hash = wanted.head;
    if not found then
      raise exception 'the head of % is not its last entry', wanted.id using errcode = 'BY006';
    end if;
  end loop;

  insert into text_blobs (site_id, sha256, text)
    select distinct of_site, x.sha256, x.text
    from jsonb_to_recordset(decision->'texts') as x(sha256 text, text text)
    order by x.sha256
    on conflict (site_id, sha256) do nothing;

  -- In one order, as with the streams: two appends bring the same new ones.
  insert into fact_blobs (site_id, sha256, text)
    select distinct of_site, x.sha256, x.text
    from jsonb_to_recordset(decision->'facts') as x(sha256 text, text text)
    order by x.sha256
    on conflict (site_id, sha256) do nothing;

  perform save_read_tables(of_site, decision->'rows');

  select count(*) into told from jsonb_array_elements(decision->'proofs');
  update sign_proofs p set used_at = clock_timestamp()
    from jsonb_to_recordset(decision->'proofs') as u(id uuid, person uuid, command uuid)
    where p.id = u.id and p.site_id = of_site and p.person_id = u.person
      and p.command_id = u.command and p.used_at is null;
  get diagnostics touched = row_count;
  if touched <> told then
    raise exception 'a proof is spent or somebody else''s' using errcode = 'BY003';
  end if;

  if jsonb_typeof(decision->'device') = 'object' then
    update devices set last_seq = (decision->'device'->>'seq')::int,
        last_hash = decision->'device'->>'hash'
      where id = (decision->'device'->>'id')::uuid and site_id = of_site
        and last_seq = (decision->'device'->>'expected')::int;
    if not found then
      raise exception 'the tablet''s count moved' using errcode = 'BY005';
    end if;
  end if;

  insert into receipts (command_id, site_id, traveler_id, person_id, device_id, content_sha256,
      verdict, recorded_at, said, facts, decided_at)
    select r.command, of_site, r.traveler, r.person, r.device, r."contentSha256", r.verdict,
      r."recordedAt", r.said, r.facts, r."decidedAt"
    from jsonb_to_recordset(decision->'receipts') as r(command uuid, traveler uuid, person uuid,
      device uuid, "contentSha256" text, verdict jsonb, "recordedAt" timestamptz, said text,
      facts text, "decidedAt" int);
end $$;
