-- Why: a hold that was released kept its row as it was when it was placed. The desk went on counting it
-- as open, and the record's own check called the traveler broken. The entries were right all along: the
-- function is the one of 0002 with the column added, and rows written until now are told what happened.
create or replace function save_read_tables(of_site uuid, changed jsonb) returns void language plpgsql as $$
declare
  told bigint;
  touched bigint;
begin
  if jsonb_typeof(changed->'travelers') = 'array' then
    insert into travelers select * from jsonb_populate_recordset(null::travelers, changed->'travelers') r
      where r.site_id = of_site
      on conflict (id) do update set
        work_order = excluded.work_order, part_number = excluded.part_number,
        part_revision = excluded.part_revision, serial = excluded.serial, lot = excluded.lot,
        quantity = excluded.quantity, content_sha256 = excluded.content_sha256,
        instruction = excluded.instruction, revision = excluded.revision, status = excluded.status,
        operation = excluded.operation, steps_done = excluded.steps_done,
        steps_total = excluded.steps_total, defects_open = excluded.defects_open,
        holds_open = excluded.holds_open, buyoffs_due = excluded.buyoffs_due,
        completed_at = excluded.completed_at, state = excluded.state
      where travelers.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'travelers');
    if touched <> told then
      raise exception 'a row of travelers belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'stepExecutions') = 'array' then
    insert into step_executions select * from jsonb_populate_recordset(null::step_executions, changed->'stepExecutions') r
      where r.site_id = of_site
      on conflict (traveler_id, instance) do update set
        step_id = excluded.step_id, operation_id = excluded.operation_id, status = excluded.status,
        attempt = excluded.attempt, started_at = excluded.started_at,
        completed_at = excluded.completed_at
      where step_executions.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'stepExecutions');
    if touched <> told then
      raise exception 'a row of step_executions belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'readings') = 'array' then
    insert into readings select * from jsonb_populate_recordset(null::readings, changed->'readings') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id,
        characteristic_id = excluded.characteristic_id, position = excluded.position,
        sample = excluded.sample, attempt = excluded.attempt, retry = excluded.retry,
        value = excluded.value, value_number = excluded.value_number, unit = excluded.unit,
        limit_min = excluded.limit_min, limit_max = excluded.limit_max, verdict = excluded.verdict,
        gage_id = excluded.gage_id, gage_code = excluded.gage_code, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, amendments = excluded.amendments
      where readings.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'readings');
    if touched <> told then
      raise exception 'a row of readings belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'installations') = 'array' then
    insert into installations select * from jsonb_populate_recordset(null::installations, changed->'installations') r
      where r.site_id = of_site
      on conflict (id) do update set
        step_id = excluded.step_id, field_id = excluded.field_id, position = excluded.position,
        part = excluded.part, serial = excluded.serial, lot = excluded.lot,
        quantity = excluded.quantity, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, removed_at = excluded.removed_at
      where installations.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'installations');
    if touched <> told then
      raise exception 'a row of installations belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'photos') = 'array' then
    insert into photos select * from jsonb_populate_recordset(null::photos, changed->'photos') r
      where r.site_id = of_site
      on conflict (id) do update set
        sha256 = excluded.sha256, media_type = excluded.media_type, bytes = excluded.bytes,
        step_id = excluded.step_id, field_id = excluded.field_id, defect_id = excluded.defect_id,
        person_id = excluded.person_id, occurred_at = excluded.occurred_at
      where photos.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'photos');
    if touched <> told then
      raise exception 'a row of photos belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'buyoffs') = 'array' then
    insert into buyoffs select * from jsonb_populate_recordset(null::buyoffs, changed->'buyoffs') r
      where r.site_id = of_site
      on conflict (id) do update set
        operation_id = excluded.operation_id, step_id = excluded.step_id,
        requirement_id = excluded.requirement_id, type = excluded.type, status = excluded.status,
        person_id = excluded.person_id, stamp = excluded.stamp, method = excluded.method,
        content_sha256 = excluded.content_sha256, occurred_at = excluded.occurred_at
      where buyoffs.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'buyoffs');
    if touched <> told then
      raise exception 'a row of buyoffs belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'defects') = 'array' then
    insert into defects select * from jsonb_populate_recordset(null::defects, changed->'defects') r
      where r.site_id = of_site
      on conflict (id) do update set
        code = excluded.code, severity = excluded.severity, quantity = excluded.quantity,
        step_id = excluded.step_id, status = excluded.status, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, ncr_number = excluded.ncr_number,
        ncr_status = excluded.ncr_status, ncr_url = excluded.ncr_url,
        decisions = excluded.decisions
      where defects.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'defects');
    if touched <> told then
      raise exception 'a row of defects belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'holds') = 'array' then
    insert into holds select * from jsonb_populate_recordset(null::holds, changed->'holds') r
      where r.site_id = of_site
      on conflict (id) do update set
        scope = excluded.scope, reason = excluded.reason, owner = excluded.owner,
        defect_id = excluded.defect_id, person_id = excluded.person_id,
        occurred_at = excluded.occurred_at, released_at = excluded.released_at
      where holds.traveler_id = excluded.traveler_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'holds');
    if touched <> told then
      raise exception 'a row of holds belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'gages') = 'array' then
    insert into gages select * from jsonb_populate_recordset(null::gages, changed->'gages') r
      where r.site_id = of_site
      on conflict (id) do update set
        code = excluded.code, type = excluded.type, name = excluded.name, unit = excluded.unit,
        calibrated_min = excluded.calibrated_min, calibrated_max = excluded.calibrated_max,
        resolution = excluded.resolution, uncertainty = excluded.uncertainty,
        calibration_due_on = excluded.calibration_due_on, status = excluded.status
      where gages.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'gages');
    if touched <> told then
      raise exception 'a row of gages belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
  if jsonb_typeof(changed->'stock') = 'array' then
    insert into stock select * from jsonb_populate_recordset(null::stock, changed->'stock') r
      where r.site_id = of_site
      on conflict (id) do update set
        part = excluded.part, revision = excluded.revision, serial = excluded.serial,
        lot = excluded.lot, expires_on = excluded.expires_on, on_hold = excluded.on_hold
      where stock.site_id = excluded.site_id;
    get diagnostics touched = row_count;
    told := jsonb_array_length(changed->'stock');
    if touched <> told then
      raise exception 'a row of stock belongs elsewhere' using errcode = 'BY007';
    end if;
  end if;
end $$;

-- Row by row of the sites: their own policies bind the owner as well.
do $$
declare
  of_site uuid;
begin
  for of_site in select id from sites loop
    perform set_config('buyoff.site', of_site::text, true);
    update holds set released_at = e.occurred_at
      from entries e
      where holds.released_at is null and e.stream_id = holds.traveler_id
        and e.type = 'hold.released' and e.line::jsonb->'body'->>'hold' = holds.id::text;
  end loop;
end $$;
