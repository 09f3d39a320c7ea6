import { setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { expect, it } from "vitest";
import { db, forSite, inTransaction } from "#lib/db/client";
import { direct } from "#lib/db/direct";

it("acts as the application's role and never as the owner of the tables", async () => {
  const [row] = await db.$queryRaw<{ me: string; superuser: boolean }[]>`
    select current_user as me, rolsuper as superuser from pg_roles where rolname = current_user`;
  expect(row).toEqual({ me: "buyoff_app", superuser: false });
});

const whose = "select current_setting('buyoff.site', true) as site";
const seenBy = async (on: typeof db) =>
  (await on.$queryRawUnsafe<{ site: string | null }[]>(whose))[0]?.site ?? "";

it("sees one site on its own connections, and none on the others, however they are mixed", async () => {
  const sites = [1, 2, 3].map((at) => `018f0000-0000-7000-8000-00000000000${at}`);
  const asked = Array.from({ length: 60 }, (_, at) => sites[at % 4] ?? "");
  const seen = await Promise.all(asked.map((site) => seenBy(site ? forSite(site) : db)));
  expect(seen).toEqual(asked);
});

it("stays with its site after a transaction of its own, and after one that failed", async () => {
  const site = "018f0000-0000-7000-8000-000000000004";
  await forSite(site).$transaction([forSite(site).$queryRaw`select 1`]);
  await expect(forSite(site).$queryRaw`select 1 / 0`).rejects.toThrow("division by zero");
  expect(await Promise.all(Array.from({ length: 12 }, () => seenBy(forSite(site))))).toEqual(
    Array.from({ length: 12 }, () => site),
  );
});

it("forgets the sites that nobody asks for, and knows them again when somebody does", async () => {
  const sites = Array.from(
    { length: 50 },
    (_, at) => `018f0000-0000-7000-8000-0000000001${at + 10}`,
  );
  for (const site of sites) expect(await seenBy(forSite(site))).toBe(site);
  expect(forSite(sites[49] ?? "")).toBe(forSite(sites[49] ?? ""));
  expect(await seenBy(forSite(sites[0] ?? ""))).toBe(sites[0]);
});

it("keeps its connection, with what was planned on it, from one act of a quiet shift to the next", async () => {
  const backend = { name: "backend", text: "select pg_backend_pid() as pid" };
  const [before] = await direct<{ pid: number }>(backend, []);
  // Longer than pg's own ten seconds.
  await setTimeout(11_000);
  expect(await direct(backend, [])).toEqual([before]);
});

it("takes nothing for a site that is no id of one", () => {
  expect(() => forSite("x -c role=buyoff_owner")).toThrow("not the id of a site");
});

it("names the site for the whole of a transaction", async () => {
  const site = "018f0000-0000-7000-8000-000000000002";
  const seen = await inTransaction(async (tx) => {
    await tx.$executeRaw`select 1`;
    return tx.$queryRaw<{ site: string }[]>`select current_setting('buyoff.site', true) as site`;
  }, site);
  expect(seen[0]?.site).toBe(site);
});

it("gives each test file a database of its own", async () => {
  const client = new Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await client.connect();
  const { rows } = await client.query<{ name: string }>("select current_database() as name");
  await client.end();
  expect(rows[0]?.name).toMatch(/^buyoff_test_[0-9a-f]{8}_[0-9a-f]{10}$/);
});
