import { randomBytes } from "node:crypto";
import pg from "pg";

export const roleNames = ["buyoff_owner", "buyoff_app", "buyoff_worker", "buyoff_verify"] as const;
export type RoleName = (typeof roleNames)[number];
export type RolePasswords = Record<RoleName, string>;

/** Any constant will do; two set-ups on one cluster take turns by it. */
const advisoryLock = 20_260_117;

export const newRolePasswords = (): RolePasswords =>
  Object.fromEntries(
    roleNames.map((role) => [role, randomBytes(24).toString("base64url")]),
  ) as RolePasswords;

/**
 * The four roles and what the owner needs in one database, to be run by an administrator who is
 * connected to that database. Can be run again: a role that is there keeps its password.
 */
export function rolesSql(database: string, passwords: RolePasswords): string {
  const name = pg.escapeIdentifier(database);
  const roles = roleNames.map((role) => {
    const create = `create role ${role} login password ${pg.escapeLiteral(passwords[role])}`;
    return `  if not exists (select from pg_roles where rolname = '${role}') then\n    ${create};\n  end if;`;
  });
  return [
    "-- Buyoff's roles: owner migrates, app serves the web, worker feeds other systems, verify only reads.",
    `do $roles$\nbegin\n${roles.join("\n")}\nend\n$roles$;`,
    `revoke all on database ${name} from public;`,
    `grant connect, create, temporary on database ${name} to buyoff_owner;`,
    `grant connect on database ${name} to buyoff_app, buyoff_worker, buyoff_verify;`,
    "revoke create on schema public from public;",
    "grant usage, create on schema public to buyoff_owner;",
    "grant usage on schema public to buyoff_app, buyoff_worker, buyoff_verify;",
  ].join("\n");
}

/** May this login create roles, or is everything there that it would create? */
export type RoleRights = {
  rolesMissing: RoleName[];
  mayCreate: boolean;
  mayBecome: RoleName[];
  /** May the owner make tables in this database? A role is there for the whole cluster, that right is not. */
  ownerMayMigrate: boolean;
};

export async function roleRights(client: pg.Client): Promise<RoleRights> {
  const { rows } = await client.query<{ rolname: RoleName; mine: boolean }>(
    `select rolname, pg_has_role(current_user, oid, 'set') as mine
       from pg_roles where rolname = any($1)`,
    [roleNames],
  );
  const { rows: me } = await client.query<{ may: boolean; migrate: boolean }>(
    `select rolcreaterole or rolsuper as may,
            coalesce((select has_database_privilege(oid, current_database(), 'create')
                         and has_schema_privilege(oid, 'public', 'create')
                        from pg_roles where rolname = 'buyoff_owner'), false) as migrate
       from pg_roles where rolname = current_user`,
  );
  return {
    rolesMissing: roleNames.filter((role) => !rows.some(({ rolname }) => rolname === role)),
    mayCreate: me[0]?.may ?? false,
    ownerMayMigrate: me[0]?.migrate ?? false,
    mayBecome: rows.filter(({ mine }) => mine).map(({ rolname }) => rolname),
  };
}

/** Creates what is missing, once per cluster however many set-ups run at once, and lets this login take the roles on. */
export async function createRoles(client: pg.Client, passwords: RolePasswords): Promise<void> {
  await client.query("select pg_advisory_lock($1)", [advisoryLock]);
  try {
    const { rows } = await client.query<{ database: string }>(
      "select current_database() as database",
    );
    await client.query(rolesSql(rows[0]?.database ?? "", passwords));
    const { mayBecome } = await roleRights(client);
    for (const role of roleNames.filter((name) => !mayBecome.includes(name))) {
      await client.query(`grant ${role} to current_user`);
    }
  } finally {
    await client.query("select pg_advisory_unlock($1)", [advisoryLock]);
  }
}

/** The same server and login, acting as one of our roles. */
export function asRole(url: string, role: RoleName): string {
  const withRole = new URL(url);
  withRole.searchParams.set("options", `-c role=${role}`);
  return withRole.href;
}

export function withLogin(url: string, role: RoleName, password: string): string {
  const login = new URL(url);
  login.username = role;
  login.password = password;
  return login.href;
}

export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
