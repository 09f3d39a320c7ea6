-- Why: qualifications are mastered by the QMS, HR or a training system, which hands over its list. What we
-- hold says which system it came from and as of when it was told last, so that every use of it can say how
-- fresh it was; and of each system, what it told last and when.
alter table person_qualifications
  add column source text,
  add column told_as_of timestamptz(3),
  add constraint person_qualifications_told_by_somebody check ((source is null) = (told_as_of is null));

create table qualification_sources (
  site_id uuid not null references sites (id),
  system text not null,
  as_of timestamptz(3) not null,
  received_at timestamptz(3) not null,
  told integer not null,
  refused integer not null,
  body_sha256 text not null,
  primary key (site_id, system)
);
alter table qualification_sources enable row level security;
alter table qualification_sources force row level security;
create policy by_site on qualification_sources
  using (site_id = nullif(current_setting('buyoff.site', true), '')::uuid)
  with check (site_id = nullif(current_setting('buyoff.site', true), '')::uuid);
create policy all_sites on qualification_sources to buyoff_worker using (true) with check (true);
revoke all on qualification_sources from public;
grant select, insert, update on qualification_sources to buyoff_app;
grant select on qualification_sources to buyoff_worker;

create or replace function person_facts(of_site uuid, who uuid) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', p.id, 'name', p.name, 'employeeNumber', p.employee_number, 'active', p.status = 'active',
    'roles', coalesce((select jsonb_agg(r.role order by r.role) from person_roles r
      where r.person_id = p.id and r.site_id = of_site), '[]'),
    'qualifications', coalesce((select jsonb_agg(jsonb_build_object(
        'code', q.code, 'validFrom', q.valid_from, 'validUntil', q.valid_until)
        || case when q.source is null then '{}' else jsonb_build_object('source', jsonb_build_object(
          'system', q.source, 'asOf', utc_text(q.told_as_of))) end
        order by q.code, q.valid_from) from person_qualifications q where q.person_id = p.id), '[]'),
    'stamps', coalesce((select jsonb_agg(jsonb_build_object(
        'number', s.number, 'kind', s.kind, 'issuedOn', s.issued_on, 'withdrawnOn', s.withdrawn_on)
        order by s.number) from stamps s where s.person_id = p.id), '[]'),
    'trainers', coalesce((select jsonb_agg(jsonb_build_object(
        'id', t.trainer_id, 'name', own.name, 'qualification', t.qualification,
        'validFrom', t.valid_from, 'validUntil', t.valid_until)
        order by t.valid_from, t.id) from trainers t join people own on own.id = t.trainer_id
      where t.person_id = p.id), '[]'),
    'card', (select jsonb_build_object('hash', c.hash, 'version', c.version) from person_cards c
      where c.person_id = p.id order by c.version desc limit 1))
  from people p where p.id = who
$$;
