import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { administratorSql, openDatabase, placeOf, withClient } from "./database.ts";
import { type Memory, openMemory } from "./memory.ts";
import { newParts } from "./parts.ts";
import { freePort, requirePort } from "./port.ts";
import { Problem } from "./problem.ts";
import { asRole, roleNames, roleRights, withDatabase, withLogin } from "./roles.ts";

const adminUrl = process.env.BUYOFF_TEST_ADMIN_URL ?? "";
let folder = "";
let memory: Memory;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "buyoff-setup-"));
  memory = await openMemory(path.join(folder, ".buyoff"));
});
afterAll(() => rm(folder, { recursive: true }));

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).message;
};
const open = (url: string) => openDatabase(memory, { DATABASE_URL: url }, newParts());

describe("a server that can't be used is named in one sentence, without its password", () => {
  it("where nobody listens", async () => {
    const port = await freePort(0);
    const sentence = await refusalOf(open(`postgresql://me:hunter2@127.0.0.1:${port}/plant`));
    expect(sentence).toMatch(
      new RegExp(`^No PostgreSQL server answers at 127.0.0.1:${port}/plant .ECONNREFUSED.`),
    );
    expect(sentence).not.toContain("hunter2");
  });

  it("where the password is wrong", async () => {
    const wrong = new URL(adminUrl);
    wrong.password = "not-the-password";
    const sentence = await refusalOf(open(wrong.href));
    expect(sentence).toMatch(/refuses the user or the password in DATABASE_URL/);
  });

  it("where the database is missing", async () => {
    const sentence = await refusalOf(open(withDatabase(adminUrl, "no_such_plant")));
    expect(sentence).toMatch(/there is no such database. Create it/);
  });

  it("where the address is none", async () => {
    expect(await refusalOf(open("localhost"))).toMatch(/looks like postgresql:\/\/user:password/);
  });

  it("where the login may create no roles", async () => {
    const guestRole = `guest_${path.basename(new URL(adminUrl).pathname)}`;
    await withClient(adminUrl, (client) =>
      client.query(`create role ${guestRole} login password 'guest'`),
    );
    const guest = new URL(adminUrl);
    guest.username = guestRole;
    guest.password = "guest";
    try {
      const sentence = await refusalOf(open(guest.href));
      expect(sentence).toMatch(/may not create Buyoff's roles/);
      for (const role of roleNames) expect(sentence).toContain(`create role ${role} login`);
      expect(sentence).not.toContain("guest:");
    } finally {
      await withClient(adminUrl, (client) => client.query(`drop role ${guestRole}`));
    }
  });
});

describe("the roles", () => {
  it("let the application neither own, nor create, nor bypass row-level security", async () => {
    const rights = await withClient(adminUrl, (client) =>
      client.query(
        `select rolname from pg_roles
          where rolname = any($1) and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)`,
        [roleNames],
      ),
    );
    expect(rights.rows).toEqual([]);
    const refused = withClient(asRole(adminUrl, "buyoff_app"), (client) =>
      client.query("create table public.mine (id int)"),
    );
    await expect(refused).rejects.toMatchObject({ code: "42501" });
  });

  it("can't become each other", async () => {
    for (const role of roleNames) {
      const roles = await withClient(asRole(adminUrl, role), roleRights);
      expect(roles).toMatchObject({ rolesMissing: [], mayCreate: false, mayBecome: [role] });
    }
  });

  it("are made by SQL that can be run again", async () => {
    const sql = administratorSql(adminUrl);
    await withClient(adminUrl, async (client) => {
      await client.query(sql);
      await client.query(sql);
    });
  });

  it("get addresses that keep server and database", () => {
    const url = "postgresql://boss:pw@db.plant.example:6000/plant?sslmode=require";
    expect(withLogin(url, "buyoff_app", "a/b?")).toBe(
      "postgresql://buyoff_app:a%2Fb%3F@db.plant.example:6000/plant?sslmode=require",
    );
    expect(placeOf(url)).toBe("db.plant.example:6000/plant");
  });
});

it("gives the owner its rights in a second database of a cluster that has the roles", async () => {
  const second = `${new URL(adminUrl).pathname.slice(1)}_b`;
  await withClient(adminUrl, (client) => client.query(`create database ${second}`));
  const database = await open(withDatabase(adminUrl, second));
  const { rows } = await withClient(database.appUrl, (client) =>
    client.query(
      "select current_user as me, to_regclass('public.entries') is not null as migrated",
    ),
  );
  expect(rows).toEqual([{ me: "buyoff_app", migrated: true }]);
  expect(database.warning).toMatch(/may also act as the owner/);
});

describe("what is remembered", () => {
  it("is for its owner's eyes only, and the same at the second start", async () => {
    const { mode } = await stat(path.join(memory.folder, "settings.json"));
    expect(mode & 0o777).toBe(0o600);
    expect(memory.values.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await openMemory(memory.folder)).values).toEqual(memory.values);
  });
});

it("names a taken port and what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const sentence = await refusalOf(requirePort(port, "127.0.0.1"));
  other.close();
  expect(sentence).toBe(
    `Port ${port} is taken by another program. Choose another one: npm start -- --port ${port + 1}`,
  );
});

it("takes a free port, but none that somebody listens on later", async () => {
  const port = await freePort(0);
  expect(await freePort(port)).toBe(port);
  expect(await freePort(port, port)).not.toBe(port);
});
