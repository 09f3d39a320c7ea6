import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
} from "@prisma/driver-adapter-utils";
import type {
  MigrationList,
  SchemaEngine,
  SchemasContainer,
} from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const migrationsDir = path.resolve(import.meta.dirname, "../../prisma/migrations");
const schemaDir = path.resolve(import.meta.dirname, "../../prisma/schema");
const filters = { externalTables: [], externalEnums: [] };

/**
 * Brings the database to this version with Prisma's own engine, as WASM from the package: no binary
 * is downloaded, so it works in a plant without internet, and `prisma migrate deploy` can go on from
 * the same folder. Returns the names applied now.
 */
export async function applyMigrations(ownerUrl: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: ownerUrl });
  const engine = await openEngine(pool);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await migrationList(),
      filters,
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
    // The engine lets go of its connections, not of the pool.
    await pool.end();
  }
}

/** The SQL that makes an empty database into what `prisma/schema` says: the start of a new migration. */
export async function schemaSql(ownerUrl: string): Promise<string> {
  const schema = await schemaFiles();
  const pool = new pg.Pool({ connectionString: ownerUrl });
  const engine = await openEngine(pool, schema);
  try {
    const { stdout } = await engine.diff({
      from: { tag: "empty" },
      to: { tag: "schemaDatamodel", files: schema.files },
      script: true,
      exitCode: null,
      filters,
    });
    return stdout ?? "";
  } finally {
    engine.free();
    // The engine lets go of its connections, not of the pool.
    await pool.end();
  }
}

async function migrationList(): Promise<MigrationList> {
  const folders = (await readdir(migrationsDir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: migrationsDir,
    lockfile: {
      path: "migration_lock.toml",
      content: await readFile(path.join(migrationsDir, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      folders.map(async (folder) => ({
        path: folder,
        migrationFile: {
          path: "migration.sql",
          content: {
            tag: "ok" as const,
            value: await readFile(path.join(migrationsDir, folder, "migration.sql"), "utf8"),
          },
        },
      })),
    ),
  };
}

async function schemaFiles(): Promise<SchemasContainer> {
  const names = (await readdir(schemaDir)).filter((name) => name.endsWith(".prisma")).sort();
  return {
    files: await Promise.all(
      names.map(async (name) => ({
        path: path.join(schemaDir, name),
        content: await readFile(path.join(schemaDir, name), "utf8"),
      })),
    ),
  };
}

/**
 * Prisma's adapter cuts a script at every semicolon and runs the pieces one by one: the body of a
 * function would not survive it. Sent whole, PostgreSQL also makes one transaction of it, so that a
 * migration is there entirely or not at all.
 */
class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await adapter
        .underlyingDriver()
        .query(script)
        .catch((error: pg.DatabaseError) => {
          throw new DriverAdapterError({
            kind: "postgres",
            code: error.code ?? "XX000",
            severity: error.severity ?? "ERROR",
            message: error.message,
            detail: error.detail,
            column: error.column,
            hint: error.hint,
          });
        });
    };
    return adapter;
  }
}

let loading: Promise<typeof SchemaEngine> | undefined;

function loadEngine(): Promise<typeof SchemaEngine> {
  loading ??= (async () => {
    const module = await import("@prisma/schema-engine-wasm/schema_engine_bg");
    const main = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
    const wasm = await readFile(path.join(path.dirname(main), "schema_engine_bg.wasm"));
    const { instance } = await WebAssembly.instantiate(wasm, {
      "./schema_engine_bg.js": withoutLingering(module as unknown as Glue),
    });
    const glue = module as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void };
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: {
        set_message(message: string) {
          throw new Error(`the schema engine stopped: ${message}`);
        },
      },
    });
    return module.SchemaEngine;
  })();
  return loading;
}

type Glue = Record<string, WebAssembly.ImportValue>;

/** The engine never cancels its lock's time-out, and a process would live on for those ten seconds. */
function withoutLingering(module: Glue): Glue {
  const name = Object.keys(module).find((key) => key.startsWith("__wbg_setTimeout_")) ?? "";
  const start = (run: () => void, ms: number) => setTimeout(run, ms >>> 0).unref();
  return { ...module, [name]: start };
}

async function openEngine(pool: pg.Pool, schema?: SchemasContainer): Promise<SchemaEngine> {
  const factory = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool) as never);
  const engine = await loadEngine();
  return engine.new(
    {
      datamodels: (schema ?? (await schemaFiles())).files.map(({ path, content }) => [
        path,
        content,
      ]),
    },
    () => undefined,
    factory as never,
  );
}
