-- Why: around a PIN's hash of 12 ms a signature asked some 25 questions, most of them in transactions of their own for
-- row-level security: 30 ms of two cores. They are three now: what is presented and what is known of it, the attempt,
-- the proof. Rules decide as before, outside; what was decided on is checked where it is written, as append() does.

-- How often in this window, with this time.
create function count_in_window(of_key text, at timestamptz, starts_after timestamptz)
returns table (count int, started_at timestamptz) language sql as $$
  insert into rate_windows as w (key, started_at, count) values (of_key, at, 1)
    on conflict (key) do update set
      count = case when w.started_at > starts_after then w.count + 1 else 1 end,
      started_at = case when w.started_at > starts_after then w.started_at else excluded.started_at end
    returning w.count, w.started_at
$$;

-- A person with the roles they hold at this site; null for nobody. No secret is among it.
create function person_at_site(of_site uuid, who uuid) returns jsonb language plpgsql stable as $$
declare
  today date;
begin
  perform set_config('buyoff.site', of_site::text, true);
  select (now() at time zone s.time_zone)::date into today from sites s where s.id = of_site;
  return (select jsonb_build_object(
      'id', p.id, 'name', p.name, 'employeeNumber', p.employee_number, 'active', p.status = 'active',
      'locale', p.locale,
      'roles', (select coalesce(jsonb_agg(r.role order by r.role), '[]') from person_roles r
        where r.person_id = p.id and r.site_id = of_site),
      'stamps', (select coalesce(jsonb_agg(jsonb_build_object('number', s.number, 'kind', s.kind)
          order by s.number), '[]') from stamps s where s.person_id = p.id and s.withdrawn_on is null),
      'qualifications', (select coalesce(jsonb_agg(jsonb_build_object(
          'code', q.code, 'validFrom', q.valid_from, 'validUntil', q.valid_until)
          order by q.code, q.valid_from), '[]') from person_qualifications q where q.person_id = p.id),
      -- Under whom an apprentice may work today, by the plant's own calendar.
      'trainers', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', t.trainer_id, 'name', own.name, 'qualification', t.qualification)
          order by t.valid_from, t.id), '[]')
        from trainers t join people own on own.id = t.trainer_id
        where t.person_id = p.id and t.valid_from <= today
          and (t.valid_until is null or t.valid_until >= today)))
    from people p where p.id = who);
end $$;

-- The tablet's latest period, with the person's last act there as its last use. By the index whatever the tables held
-- when a connection first planned it.
create function last_period(of_device uuid, at timestamptz) returns jsonb
language sql stable set enable_seqscan = off as $$
  select jsonb_build_object('id', p.id, 'person', p.person_id, 'startedAt', utc_text(p.started_at),
      'usedAt', utc_text(greatest(p.used_at, (
        select max(e.occurred_at) from entries e
        where e.device_id = p.device_id and e.person_id = p.person_id and e.command_id is not null
          and e.occurred_at > p.used_at and e.occurred_at <= at))),
      'signedAt', utc_text(p.signed_at), 'endedAt', utc_text(p.ended_at), 'endedBy', p.ended_by)
    from signing_periods p where p.device_id = of_device
    order by p.started_at desc, p.id desc limit 1
$$;

-- What an attempt is judged by. `badge` names whose it is, else `who` says so. With `rate` the attempt is counted
-- against it first.
create function presented_at_tablet(of_site uuid, of_device uuid, badge text, who uuid, rate text,
  at timestamptz, starts_after timestamptz) returns jsonb language plpgsql as $$
declare
  counted jsonb;
  shown badges;
  named uuid := who;
begin
  perform set_config('buyoff.site', of_site::text, true);
  if rate is not null then
    select jsonb_build_object('count', c.count, 'startedAt', utc_text(c.started_at)) into counted
      from count_in_window(rate, at, starts_after) c;
  end if;
  if badge is not null then
    select * into shown from badges b where b.id = badge;
    named := shown.person_id;
  end if;
  return jsonb_build_object(
    'rate', counted,
    'period', last_period(of_device, at),
    'badge', case when shown.id is null then null else jsonb_build_object('person', shown.person_id,
      'secretHash', shown.secret_hash, 'isWithdrawn', shown.withdrawn_at is not null) end,
    'pinHash', (select c.pin_hash from credentials c where c.person_id = named),
    'person', person_at_site(of_site, named));
end $$;

-- Counts an attempt, if the counters are still what that was decided on, in the order in which they are given; else says
-- what they are. One that counts nothing is as good as none. Null: it is counted.
create function count_attempt(known jsonb, counted jsonb) returns jsonb language plpgsql as $$
declare
  there jsonb;
begin
  insert into credential_failures (key, count, at)
    select c.key, 0, c.at from rows from (
        jsonb_to_recordset(counted) as (key text, at timestamptz)) with ordinality as c(key, at, turn)
      order by c.turn
    on conflict (key) do nothing;
  -- One after the other, so that two attempts never wait for each other.
  perform from rows from (jsonb_to_recordset(counted) as (key text)) with ordinality as c(key, turn)
    join credential_failures f on f.key = c.key order by c.turn for update of f;
  select jsonb_agg(case when f.count = 0 and f.locked_until is null then null else jsonb_build_object(
      'count', f.count, 'lockedUntil', utc_text(f.locked_until), 'at', utc_text(f.at)) end order by c.turn)
    into there
    from rows from (jsonb_to_recordset(counted) as (key text)) with ordinality as c(key, turn)
    join credential_failures f on f.key = c.key;
  if there is distinct from known then
    return there;
  end if;
  update credential_failures f set count = c.count, locked_until = c."lockedUntil", at = c.at
    from jsonb_to_recordset(counted) as c(key text, count int, "lockedUntil" timestamptz, at timestamptz)
    where f.key = c.key;
  return null;
end $$;

-- It was right: see clearAttempt. The tablet's row first here too.
create function clear_attempt(of_tablet text[], of_person text[]) returns void language plpgsql as $$
begin
  update credential_failures set count = greatest(count - 1, 0), locked_until = null
    where key = any(of_tablet);
  delete from credential_failures where key = any(of_person);
end $$;

-- The attempt is cleared, the tablet's period goes on or ends, and there is a proof; or none of it, where the period is
-- no longer the one that was decided on: then that is said. Whoever changes a period holds the tablet's row.
create function give_proof(of_site uuid, of_device uuid, given jsonb) returns jsonb language plpgsql as $$
declare
  at timestamptz := (given->>'at')::timestamptz;
  there jsonb;
begin
  perform set_config('buyoff.site', of_site::text, true);
  perform from devices where id = of_device for update;
  there := coalesce(last_period(of_device, at), 'null');
  if there <> given->'known' then
    return jsonb_build_object('period', there);
  end if;
  perform clear_attempt(array(select jsonb_array_elements_text(given->'clear'->'tablet')),
    array(select jsonb_array_elements_text(given->'clear'->'person_at_tablet')));
  update signing_periods p set
      used_at = coalesce(c."usedAt", p.used_at), signed_at = coalesce(c."signedAt", p.signed_at),
      ended_at = coalesce(c."endedAt", p.ended_at), ended_by = coalesce(c."endedBy", p.ended_by)
    from jsonb_to_record(coalesce(nullif(given->'changed', 'null'), '{}'))
      as c(id uuid, "usedAt" timestamptz, "signedAt" timestamptz, "endedAt" timestamptz, "endedBy" text)
    where p.id = c.id;
  insert into signing_periods (id, person_id, device_id, site_id, started_at, used_at, signed_at)
    select b.id, b.person, of_device, of_site, at, at, at
      from jsonb_to_record(coalesce(nullif(given->'begun', 'null'), '{}')) as b(id uuid, person uuid) where b.id is not null;
  insert into sign_proofs (id, site_id, person_id, device_id, command_id, content_sha256, method, created_at, expires_at)
    select p.id, of_site, p.person, of_device, p.command, p."contentSha256", p.method, at, p."expiresAt"
      from jsonb_to_record(given->'proof')
        as p(id uuid, person uuid, command uuid, "contentSha256" text, method text, "expiresAt" timestamptz);
  return null;
end $$;

revoke execute on function count_in_window(text, timestamptz, timestamptz),
  person_at_site(uuid, uuid), last_period(uuid, timestamptz),
  presented_at_tablet(uuid, uuid, text, uuid, text, timestamptz, timestamptz), count_attempt(jsonb, jsonb),
  clear_attempt(text[], text[]), give_proof(uuid, uuid, jsonb) from public;
grant execute on function count_in_window(text, timestamptz, timestamptz),
  person_at_site(uuid, uuid), last_period(uuid, timestamptz),
  presented_at_tablet(uuid, uuid, text, uuid, text, timestamptz, timestamptz), count_attempt(jsonb, jsonb),
  clear_attempt(text[], text[]), give_proof(uuid, uuid, jsonb) to buyoff_app;
