import { uuidv7 } from "#lib/kit/ids";
import { rows } from "./database.ts";

const base = {
  v: 1,
  process: "EVENTS",
  allow: ["127.0.0.1"],
  timeoutMs: 2_000,
  eventBytesMax: 1_000_000,
  overflow: "park",
  retry: { attemptsMax: 1, baseMs: 20, factor: 2, capMs: 100 },
};
const folder = { ...base, kind: "folder", path: "archive" };
/** Nobody listens there. */
const nowhere = {
  ...base,
  kind: "sftp",
  host: "127.0.0.1",
  port: 9,
  user: "buyoff",
  hostKeySha256: "A".repeat(43),
  path: "in",
};

/** A place for batches at the demo plant, as an administrator would have set it up. */
async function aPlace(name: string, config: object): Promise<string> {
  const [known] = await rows<{ id: string }>("select id from connectors where name = $1", [name]);
  if (known) return known.id;
  const [made] = await rows<{ id: string }>(
    `insert into connectors (id, site_id, code, name, config)
     select $1::uuid, site_id, 'place-' || right($1::text, 6), $2::text, $3::jsonb
       from deliveries where operation = 'create' limit 1
     returning id`,
    [uuidv7(), name, config],
  );
  if (!made) throw new Error("the demo plant has no delivery");
  return made.id;
}

export const aFolderPlace = () => aPlace("Evidence archive", folder);
export const aPlaceNowhere = () =>
  aPlace(
    "Long-term archive of the customer's quality assurance, building 12, reached over the supplier portal's SFTP server",
    nowhere,
  );

/** Asked for as by an administrator; a worker does it, and its room is looked at at whatever stage it is. */
export async function aDrop(): Promise<string> {
  const place = await aFolderPlace();
  const [known] = await rows<{ id: string }>(
    "select id from drops where connector_id = $1 limit 1",
    [place],
  );
  if (known) return known.id;
  const id = uuidv7();
  await rows(
    `insert into drops (id, site_id, connector_id, from_at, to_at, discloses, asked_by, asked_at, state, next_at)
     select $1, c.site_id, c.id, now() - interval '1 day', now() - interval '1 second', 'words', p.id, now(),
       'waiting', now()
       from connectors c join people p on p.name = 'Ingrid Maurer' where c.id = $2 limit 1`,
    [id, place],
  );
  return id;
}
