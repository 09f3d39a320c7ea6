import { Client } from "pg";
import { expect, it } from "vitest";
import { db, forSite, inTransaction } from "#lib/db/client";

it("acts as the application's role and never as the owner of the tables", async () => {
  const [row] = await db.$queryRaw<{ me: string; superuser: boolean }[]>`
    select current_user as me, rolsuper as superuser from pg_roles where rolname = current_user`;
  expect(row).toEqual({ me: "buyoff_app", superuser: false });
});

it("names the site for one query, and forgets it before the connection is used again", async () => {
  const site = "018f0000-0000-7000-8000-000000000001";
  const read = { text: "select current_setting('buyoff.site', true) as site" };
  const named = await forSite(site).$queryRawUnsafe<{ site: string }[]>(read.text);
  expect(named[0]?.site).toBe(site);
  const unnamed = await Promise.all(
    Array.from({ length: 20 }, () => db.$queryRawUnsafe<{ site: string | null }[]>(read.text)),
  );
  expect(new Set(unnamed.map((rows) => rows[0]?.site ?? ""))).toEqual(new Set([""]));
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
