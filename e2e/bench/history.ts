import pg from "pg";
import { actorOfSession } from "#lib/boundary/actor";
import { deskCookie } from "#lib/boundary/cookies";
import { deskCookieValue } from "#lib/boundary/desk-cookie";
import { inTransaction } from "#lib/db/client";
import type { TestPlant } from "#lib/db/test-record-plant";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { travelersCounted, travelersFound } from "#lib/travelers/list.queries";
import { run } from "../support/run.ts";
import { aConnection, expecting } from "./connection.ts";
import { percentile, rowOf, type Scale, timeOf } from "./measure.ts";
import { aBenchPlant } from "./plant.ts";
import type { Row } from "./results.schema.ts";
import { aSender, type Statement, statementsOf } from "./statements.ts";

/** As many steps as the demo's instruction has. */
const stepsEach = 31;
const ordersOf = 25;

/**
 * B5: the search of the desk with a hundred times the history. The rows are generated straight into the
 * read tables, with no entry behind them: such a plant is for this measurement and nothing else.
 */
export async function historySearched({ isSmall, rounds }: Scale): Promise<Row[]> {
  const [few, many] = isSmall ? [3_100, 31_000] : [100_000, 10_000_000];
  const plant = await aBenchPlant(1);
  const desk = await aDesk(plant);
  const searches = isSmall ? 4 : 60;
  const made = { from: 0, to: Math.round(few / stepsEach) };
  await generate(plant, made);
  const small = await desk.searched(made.to, searches, rounds);
  const more = { from: made.to, to: Math.round(many / stepsEach) };
  await generate(plant, more);
  const large = await desk.searched(more.to, searches, rounds);
  await desk.leave();
  const note = `rows generated straight into the read tables: ${many.toLocaleString("en")} step executions of ${more.to.toLocaleString("en")} units`;
  return [
    rowOf({
      id: "B5",
      name: `search over HTTP, p95, with ${many.toLocaleString("en")} step executions / with ${few.toLocaleString("en")}`,
      unit: "ms",
      rounds: { system: large.page, limit: small.page },
      target: { most: 2 },
      isApart: true,
      note,
    }),
    rowOf({
      id: "B5b",
      name: "search over HTTP, p95 / the same statements bare, p95, plus 25 ms",
      unit: "ms",
      rounds: { system: large.page, limit: large.bare.map((ms) => ms + 25) },
      target: { most: 1 },
      note: `limit: a loop of node-postgres, not pgbench; bare alone ${percentile(large.bare, 50).toFixed(1)} ms`,
    }),
  ];
}

/** An engineer at the desk of the bench's site, and the statements that each search of theirs ends in. */
async function aDesk(plant: TestPlant) {
  const token = newToken();
  const at = Date.now();
  await inTransaction(
    (tx) =>
      tx.deskSession.create({
        data: {
          tokenHash: tokenHash(token),
          personId: plant.people.quality.id,
          siteId: plant.site,
          createdAt: new Date(at),
          lastSeenAt: new Date(at),
          expiresAt: new Date(at + 7_200_000),
        },
      }),
    plant.site,
  );
  const cookie = `${deskCookie.name}=${await deskCookieValue(token)}`;
  const actor = await actorOfSession(token);
  if (!actor) throw new Error("nobody is signed in at the bench's desk");
  const { say, close } = aConnection(run.origin);
  // Told its site as a connection of the web is: without it, row-level security shows no row.
  const address = new URL(run.environment.DATABASE_URL ?? "");
  address.searchParams.set("options", `-c buyoff.site=${plant.site}`);
  const bare = await aSender(address.href);
  const page = (search: string) =>
    expecting(200, "search", say("GET", `/travelers?q=${encodeURIComponent(search)}`, { cookie }));

  /** p95 of every round, page and bare statements in turn. */
  const searched = async (units: number, count: number, rounds: number) => {
    const seen: { page: number[]; bare: number[] } = { page: [], bare: [] };
    const terms = Array.from({ length: count }, (_, of) => termOf(of, units));
    const statements: Statement[][] = [];
    for (const search of terms) {
      const asked = async () => {
        await travelersFound(actor, { search, filter: "all", from: null });
        await travelersCounted(actor, { search });
      };
      statements.push(await statementsOf(asked, { withholding: false }));
    }
    for (let round = 0; round < rounds; round += 1) {
      const times: { page: number[]; bare: number[] } = { page: [], bare: [] };
      for (const [at, search] of terms.entries()) {
        times.bare.push(await timeOf(() => bare.send(statements[at] ?? [])));
        let text = "";
        times.page.push(
          await timeOf(async () => {
            text = await page(search);
          }),
        );
        if (!text.includes(search)) throw new Error(`the page of ${search} shows nothing of it`);
      }
      seen.page.push(percentile(times.page, 95));
      seen.bare.push(percentile(times.bare, 95));
    }
    return seen;
  };
  const leave = async () => {
    close();
    await bare.close();
  };
  return { searched, leave };
}

const orderOf = (unit: number) => `BW-${String(Math.floor(unit / ordersOf)).padStart(7, "0")}`;
const serialOf = (unit: number) => `BN${String(unit).padStart(8, "0")}`;

/** A serial number, an order, the beginning of an order, a part: what people search by, all over the history. */
function termOf(at: number, units: number): string {
  const unit = Math.floor((at * 7919 * 13) % units);
  const kinds = [serialOf(unit), orderOf(unit), orderOf(unit).slice(0, -2), "BP-1"];
  return kinds[at % kinds.length] ?? "";
}

async function generate(plant: TestPlant, { from, to }: { from: number; to: number }) {
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into travelers (id, site_id, work_order, part_number, part_revision, serial, quantity,
         content_sha256, instruction, revision, status, operation, steps_done, steps_total,
         defects_open, holds_open, buyoffs_due, released_at, completed_at, state)
       select gen_random_uuid(), $1, 'BW-' || lpad((n / $4)::text, 7, '0'), 'BP-1', 'A',
         'BN' || lpad(n::text, 8, '0'), '1', $5, 'WI-BENCH', '01',
         case when n % 100 = 0 then 'in_work' else 'accepted' end, '010', 31, 31, 0, 0, '{}',
         now() - n * interval '1 minute', now() - n * interval '1 minute', '{}'
       from generate_series($2::int, $3::int - 1) n`,
      [plant.site, from, to, ordersOf, plant.sha256],
    );
    await client.query(
      `insert into traveler_keys (site_id, key, kind, traveler_id)
       select t.site_id, lower(said.named), said.kind, t.id
         from travelers t,
           lateral (values ('unit', t.serial), ('order', t.work_order), ('part', t.part_number),
             ('instruction', t.instruction)) said (kind, named)
        where t.site_id = $1 and t.serial >= $2 and t.serial <= $3`,
      [plant.site, serialOf(from), serialOf(to)],
    );
    await client.query(
      `insert into step_executions (traveler_id, instance, site_id, step_id, operation_id, status,
         attempt, started_at, completed_at)
       select t.id, gen_random_uuid(), t.site_id, $1, $1, 'complete', 1, t.released_at, t.completed_at
         from travelers t cross join generate_series(1, ${stepsEach})
        where t.site_id = $2 and t.serial >= $3 and t.serial <= $4`,
      [plant.instruction, plant.site, serialOf(from), serialOf(to)],
    );
    await client.query("vacuum analyze travelers, traveler_keys, step_executions");
  } finally {
    await client.end();
  }
}
