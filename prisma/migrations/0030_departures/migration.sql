-- State is a cache of the fold: departures at a step (with their reasons) and witness points passed are in it
-- from now on. What the entries have been saying all along is given to the states there are.
do $$
declare
  of_site uuid;
begin
  for of_site in select id from sites loop
    perform set_config('buyoff.site', of_site::text, true);
    update travelers t set state = t.state || jsonb_build_object(
      'witnessPasses', '[]'::jsonb,
      'departures', (select coalesce(jsonb_agg(jsonb_build_object(
          'kind', k.kind, 'seq', e.seq, 'step', e.line::jsonb->'body'->'step',
          'reason', e.line::jsonb->'body'->'reason',
          'permit', coalesce(e.line::jsonb->'body'->'permit', 'null'),
          'to', coalesce(e.line::jsonb->'body'->'to', 'null'),
          'claimedAt', coalesce(e.line::jsonb->'body'->'claimedAt', 'null'),
          'act', null, 'subject', null,
          'person', coalesce(e.person_id, '00000000-0000-0000-0000-000000000000'),
          'second', coalesce(e.line::jsonb->'second', 'null'),
          'at', utc_text(e.occurred_at)) order by e.seq), '[]')
        from entries e join (values ('entry.late', 'late'), ('step.reopened', 'reopened'),
          ('step.skipped', 'skipped'), ('step.marked_not_applicable', 'not_applicable'),
          ('step.deferred', 'deferred'), ('sequence.departed', 'out_of_turn'),
          ('step.failed', 'failed'), ('step.paused', 'paused')) as k(type, kind) on k.type = e.type
        where e.stream_id = t.id and e.line::jsonb->'body'->>'step' is not null));
  end loop;
end $$;
