import pg from "pg";
import { describe, expect, it } from "vitest";
import { db, forSite } from "#lib/db/client";
import { aPlant, asAdministrator, released } from "#lib/db/test-record-plant";

const urls = {
  owner: process.env.BUYOFF_TEST_OWNER_URL,
  app: process.env.DATABASE_URL,
  worker: process.env.DATABASE_WORKER_URL,
  verify: process.env.DATABASE_VERIFY_URL,
};

/** SQLSTATE that a statement ends with, or null if it went through. Rolled back either way. */
async function refusalOf(
  url: string | undefined,
  site: string,
  sql: string,
): Promise<string | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('buyoff.site', $1, true)", [site]);
    await client.query(sql);
    return null;
  } catch (error) {
    return (error as pg.DatabaseError).code ?? "unknown";
  } finally {
    await client.query("rollback");
    await client.end();
  }
}

const rewrites = [
  "update entries set type = 'x'",
  "delete from entries",
  "truncate entries cascade",
  "update receipts set verdict = '{}'",
  "delete from receipts",
  "truncate receipts",
  "update person_cards set card = 'x'",
  "delete from person_cards",
  "truncate person_cards",
  "delete from text_blobs",
  "truncate text_blobs",
  "delete from fact_blobs",
  "truncate fact_blobs",
  "delete from sign_proofs",
  "truncate sign_proofs",
  "delete from streams",
  "truncate streams cascade",
  "update streams set seq = seq, head = head",
];

describe("the record", () => {
  it.each(rewrites)("is not rewritten by anybody: %s", async (sql) => {
    const plant = await aPlant();
    await released(plant, "S-1");
    for (const role of ["app", "worker", "verify"] as const) {
      // 42501: no right. BY000: the trigger.
      expect(["42501", "BY000"], role).toContain(await refusalOf(urls[role], plant.site, sql));
    }
    expect(await refusalOf(urls.owner, plant.site, sql), "owner").toBe("BY000");
    expect(await refusalOf(process.env.BUYOFF_TEST_ADMIN_URL, plant.site, sql), "admin").toBe(
      "BY000",
    );
  });

  it.each(["entries", "receipts"])("gives the application no right to change %s", async (table) => {
    const { rows } = await asAdministrator((client) =>
      client.query(
        `select grantee, privilege_type from information_schema.role_table_grants
         where table_name = $1 and grantee in ('buyoff_app', 'buyoff_worker', 'buyoff_verify')
           and privilege_type not in ('SELECT', 'INSERT')`,
        [table],
      ),
    );
    expect(rows).toEqual([]);
  });

  it("lets verify write nothing, and nobody but the owner create", async () => {
    const { rows } = await asAdministrator((client) =>
      client.query(`select table_name from information_schema.role_table_grants
        where grantee = 'buyoff_verify' and privilege_type <> 'SELECT'`),
    );
    expect(rows).toEqual([]);
    for (const role of ["app", "worker", "verify"] as const) {
      const site = "018f0000-0000-7000-8000-000000000001";
      expect(await refusalOf(urls[role], site, "create table public.x (a int)"), role).toBe(
        "42501",
      );
    }
  });

  it("refuses an entry whose hash, columns or predecessor aren't what its line says", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const values = (changed: string) => `insert into entries (stream_id, seq, site_id, hash, line,
      type, person_id, command_id, occurred_at, recorded_at, shift)
      select stream_id, 2, site_id, ${changed}, type, person_id, command_id, occurred_at, recorded_at, shift
      from entries where stream_id = '${traveler}'`;
    const hashed = (line: string) =>
      `encode(sha256('\\x00'::bytea || convert_to(${line}, 'UTF8')), 'hex'), ${line}`;
    const second = `replace(line, '"seq":1,', '"seq":2,')`;
    const linked = `replace(${second}, '"prev":null', '"prev":"' || hash || '"')`;
    const other = `replace(${linked}, 'traveler.released', 'traveler.accepted')`;
    const refusals = await Promise.all(
      [
        `repeat('0', 64), ${linked}`,
        hashed(second),
        hashed("line"),
        hashed(other),
        hashed(linked),
      ].map((changed) => refusalOf(urls.app, plant.site, values(changed))),
    );
    expect(refusals).toEqual(["23514", "BY006", "BY006", "BY006", null]);
  });

  it.each(["text_blobs", "fact_blobs"])(
    "lets a text of %s be disposed of once, and never be changed or brought back",
    async (table) => {
      const plant = await aPlant();
      const { site } = plant;
      await forSite(site).$executeRawUnsafe(`insert into ${table} (site_id, sha256, text)
      values ('${site}', encode(sha256(convert_to('why', 'UTF8')), 'hex'), 'why')`);
      const change = (set: string) => refusalOf(urls.worker, site, `update ${table} set ${set}`);
      expect(await change("text = 'because'")).toBe("BY000");
      expect(await change("text = null, disposed_at = now()")).toBeNull();
      await asAdministrator((client) =>
        client.query(`update ${table} set text = null, disposed_at = now()`),
      );
      expect(await change("text = 'why', disposed_at = null")).toBe("BY000");
    },
  );

  it("knows one live installation of a component's serial", async () => {
    const plant = await aPlant();
    const row = (id: string) => `insert into installations values (gen_random_uuid(),
      gen_random_uuid(), '${plant.site}', gen_random_uuid(), gen_random_uuid(), '1', 'C-1', '${id}',
      null, '1', gen_random_uuid(), now(), null)`;
    expect(await refusalOf(urls.app, plant.site, `${row("A")}; ${row("B")}`)).toBeNull();
    expect(await refusalOf(urls.app, plant.site, `${row("A")}; ${row("A")}`)).toBe("23505");
  });
});

describe("a site", () => {
  const ofSites = () =>
    asAdministrator(async (client) => {
      const { rows } = await client.query<{ name: string; forced: boolean }>(
        `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id'
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
      );
      return rows;
    });

  it("guards each of its tables by row-level security that binds the owner too", async () => {
    const tables = await ofSites();
    expect(tables.length).toBeGreaterThan(25);
    expect(tables.filter(({ forced }) => !forced)).toEqual([]);
  });

  it("shows nothing to the application while none is set, and only its own when one is", async () => {
    const [mine, other] = [await aPlant(), await aPlant()];
    await Promise.all([released(mine, "S-1"), released(other, "S-1")]);
    for (const { name } of await ofSites()) {
      const count = `select count(*)::int as count from ${name}`;
      const [unset] = await db.$queryRawUnsafe<{ count: number }[]>(count);
      expect(unset?.count, name).toBe(0);
      const foreign = `${count} where site_id <> '${mine.site}'`;
      const [seen] = await forSite(mine.site).$queryRawUnsafe<{ count: number }[]>(foreign);
      expect(seen?.count, name).toBe(0);
    }
    expect(await forSite(mine.site).entry.count()).toBeGreaterThan(0);
  });

  it("takes no row in another site's name", async () => {
    const [mine, other] = [await aPlant(), await aPlant()];
    const sql = `insert into routing_queue (site_id, stream_id, seq)
      values ('${other.site}', gen_random_uuid(), 1)`;
    expect(await refusalOf(urls.app, mine.site, sql)).toBe("42501");
    expect(await refusalOf(urls.owner, mine.site, sql)).toBe("42501");
  });
});
