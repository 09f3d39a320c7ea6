import { uuidv7 } from "#lib/kit/ids";
import { rows } from "./database.ts";

/** Asked for as from the command line; a worker executes it, and its room is looked at at whatever stage it is. */
export async function aValidation(): Promise<string> {
  const [known] = await rows<{ id: string }>("select id from validation_runs limit 1");
  if (known) return known.id;
  const [asked] = await rows<{ id: string }>(
    `insert into validation_runs (id, site_id, connector_id, process, mode, cases, asked_at, state)
     select $1, d.site_id, d.connector_id, d.process, 'shadow', array['real-events'], now(), 'waiting'
       from deliveries d where d.operation = 'create' limit 1
     returning id`,
    [uuidv7()],
  );
  if (!asked) throw new Error("the demo plant has no delivery");
  return asked.id;
}
