import { afterEach, describe, expect, it } from "vitest";
import { withClient } from "./database.ts";
import { refuseAnotherClock, withToldClock } from "./demo-clock.ts";

const urlOf = (name: string): string => process.env[name] ?? "";
const owner = urlOf("BUYOFF_TEST_OWNER_URL");
const roles = { app: urlOf("DATABASE_URL"), worker: urlOf("DATABASE_WORKER_URL") };

/** By how many seconds the clock that our own SQL asks differs from the server's, wherever functions are looked for. */
const offBy = (url: string, path?: string): Promise<number> =>
  withClient(url, async (client) => {
    if (path) await client.query(`set search_path = ${path}`);
    const { rows } = await client.query<{ off: number }>(
      `select greatest(abs(extract(epoch from clock_timestamp() - pg_catalog.clock_timestamp())),
         abs(extract(epoch from now() - pg_catalog.now())))::float8 as off`,
    );
    return rows[0]?.off ?? Number.NaN;
  });

describe.each(Object.entries(roles))("no clock but the server's: the role %s", (_role, url) => {
  const clock = (name: string) =>
    `create function ${name}() returns timestamptz language sql as $$ select timestamptz '2020-01-01' $$`;

  it.each([
    ["a schema of its own", "create schema mine"],
    ["the schema of the tables", clock("public.clock_timestamp")],
    ["the server's own schema", clock("pg_catalog.clock_timestamp")],
    ["another's place in the way to it", "alter database current set search_path = mine"],
  ])("can make none in %s", async (_where, sql) => {
    const made = withClient(url, async (client) => {
      const { rows } = await client.query<{ name: string }>("select current_database() as name");
      await client.query(sql.replace("database current", `database ${rows[0]?.name}`));
    });
    await expect(made).rejects.toMatchObject({ code: "42501" });
  });

  it("can make one for itself alone, where functions are never looked for", async () => {
    const off = await withClient(url, async (client) => {
      await client.query(clock("pg_temp.clock_timestamp")).catch(() => undefined);
      await client.query("set search_path = pg_temp, public, pg_catalog");
      const { rows } = await client.query<{ off: number }>(
        "select abs(extract(epoch from clock_timestamp() - pg_catalog.clock_timestamp()))::float8 as off",
      );
      return rows[0]?.off;
    });
    expect(off).toBeLessThan(1);
  });

  it("is not told the time by a setting of its session", async () => {
    expect(await offBy(url, "demo_clock, public, pg_catalog")).toBeLessThan(1);
  });
});

describe("while the demo's history is made", () => {
  afterEach(() =>
    withClient(owner, (client) => client.query("drop schema if exists demo_clock cascade")),
  );

  it("only whoever is given the way to it is told the time, and nobody is afterwards", async () => {
    const environment = { DATABASE_URL: roles.app, DATABASE_WORKER_URL: roles.worker };
    const given = await withToldClock(owner, environment, async (told) => {
      const app = told.DATABASE_URL ?? "";
      await withClient(app, (client) =>
        client.query("update demo_clock.told set at = '2020-01-01', runs_since = null"),
      );
      for (const url of [app, told.DATABASE_WORKER_URL ?? ""])
        expect(await offBy(url)).toBeGreaterThan(1_000_000);
      for (const url of Object.values(roles)) expect(await offBy(url)).toBeLessThan(1);
      await expect(refuseAnotherClock(owner)).rejects.toThrow(/in its schema demo_clock/);
      return told;
    });
    for (const url of [given.DATABASE_URL, given.DATABASE_WORKER_URL])
      expect(await offBy(url ?? "")).toBeLessThan(1);
    await refuseAnotherClock(owner);
  });

  it("a history that could not be made leaves no clock behind", async () => {
    const made = withToldClock(owner, {}, () => Promise.reject(new Error("no disk")));
    await expect(made).rejects.toThrow("no disk");
    await refuseAnotherClock(owner);
  });
});
