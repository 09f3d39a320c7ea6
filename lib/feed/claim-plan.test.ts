import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { aPlant, type TestPlant } from "./testing/plant.ts";

/** Of a system that was away, fifty of each record. */
const backlog = 20_000;
const ofEachKey = 50;
const atOnce = 8;

let plant: TestPlant;
beforeAll(async () => {
  plant = await aPlant("http://127.0.0.1:9");
});
afterAll(() => plant.stop());

/** As if it had just been made: PostgreSQL knows nothing of it, and nobody comes to count it. */
beforeEach(async () => {
  await plant.query("alter table deliveries set (autovacuum_enabled = false)");
  await emptied();
  const [table] = await plant.query<{ known: number }>(
    "select reltuples::int as known from pg_class where relname = 'deliveries'",
  );
  expect(table).toEqual({ known: -1 });
});

/** Refused to everybody but here, where nothing is evidence. */
const emptied = async () => {
  await plant.query("set session_replication_role = replica");
  await plant.query("truncate deliveries cascade");
  await plant.query("set session_replication_role = default");
};

const insert = (from: number, count: number, state: string) =>
  plant.query(
    `insert into deliveries (id, site_id, connector_id, traveler_id, process, rule, rule_version, ordering_key, operation,
       external_key, external_id, state, priority, payload, payload_sha256, next_at, created_at, updated_at, position)
     select gen_random_uuid(), $1, $2, gen_random_uuid(), 'NCR', 'r', 1, 'k' || n % $7 / $5,
            case when n % $5 = 0 then 'create' else 'update' end, 'e' || n, case when $6 = 'pending' then null else 'x' || n end,
            $6::delivery_state, 10, '{}', '', now() - interval '1 minute', now(), now(), n
       from generate_series($3::int, $3::int + $4::int - 1) n`,
    [plant.site, plant.connector, from, count, ofEachKey, state, backlog],
  );

/** What one claim reads of the table and its indexes, in pages; on a connection that has no plan yet. */
async function pagesOfAClaim(): Promise<number> {
  const worker = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await worker.connect();
  try {
    await worker.query("begin");
    const claim = "select * from claim_deliveries(60000, $1::int, null, 5, 8)";
    expect((await worker.query(claim, [atOnce])).rowCount).toBe(atOnce);
    const { rows } = await worker.query<{ pages: number }>(
      `select sum(pg_stat_get_xact_blocks_fetched(oid))::int as pages from pg_class
        where oid = 'deliveries'::regclass
           or oid in (select indexrelid from pg_index where indrelid = 'deliveries'::regclass)`,
    );
    await worker.query("rollback");
    return rows[0]?.pages ?? Number.POSITIVE_INFINITY;
  } finally {
    await worker.end();
  }
}

/** What stands before the eight heads is looked at, some pages each; of 20,000 messages it would be a hundred thousand. */
const pagesMax = (atOnce - 1) * ofEachKey * 8;

test("a backlog that PostgreSQL has not counted yet is claimed by reading its first messages, and not all of them", async () => {
  await insert(0, backlog, "pending");
  expect(await pagesOfAClaim()).toBeLessThan(pagesMax);
});

test("nor where it was counted while nothing was in it", async () => {
  await plant.query("analyze deliveries");
  await insert(0, backlog, "pending");
  expect(await pagesOfAClaim()).toBeLessThan(pagesMax);
});

test.each(["not counted", "counted"])(
  "nor where as many were sent before, of the same records, and were %s",
  async (how) => {
    await insert(0, backlog, "closed");
    if (how === "counted") await plant.query("analyze deliveries");
    await insert(backlog, backlog, "pending");
    expect(await pagesOfAClaim()).toBeLessThan(pagesMax);
  },
);
