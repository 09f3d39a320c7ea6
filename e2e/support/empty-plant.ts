import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { applyMigrations } from "#lib/setup/migrations";
import { listeningWord } from "#lib/setup/port";
import { asRole, withDatabase } from "#lib/setup/roles";
import { run } from "./run.ts";

const web = path.resolve(import.meta.dirname, "../../lib/setup/web-main.ts");
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const at = server.address();
      server.close(() => resolve(typeof at === "object" && at ? at.port : 0));
    });
  });

async function asAdministrator(url: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql, values).finally(() => client.end());
}

/** An installation as it is after its first start without the demo: a database of its own, and nobody in it. */
export async function anEmptyPlant() {
  const name = `buyoff_empty_${randomBytes(4).toString("hex")}`;
  const database = withDatabase(run.adminUrl, name);
  await asAdministrator(run.adminUrl, `create database ${name} owner buyoff_owner`);
  await applyMigrations(asRole(database, "buyoff_owner"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", web, "--port", String(port), "--hostname", "127.0.0.1"],
    {
      env: {
        ...run.environment,
        BUYOFF_METRICS_PORT: "",
        BUYOFF_WORKER_METRICS_PORT: "",
        NODE_OPTIONS: "",
        NODE_ENV: "production",
        DATABASE_URL: asRole(database, "buyoff_app"),
        BUYOFF_ORIGIN: origin,
        BUYOFF_DEMO: "0",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  await listening(child);
  return {
    origin,
    /** As `npm start` prints one. */
    setupToken: async (): Promise<string> => {
      const token = randomBytes(32).toString("base64url");
      const hash = createHash("sha256").update(token).digest("hex");
      const sql =
        "insert into setup_tokens (hash, expires_at) values ($1, now() + interval '1 day')";
      await asAdministrator(database, sql, [hash]);
      return token;
    },
    stop: async (): Promise<void> => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await asAdministrator(run.adminUrl, `drop database ${name} with (force)`);
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const hear = (chunk: Buffer) => {
      said.push(chunk.toString());
      if (said.join("").includes(listeningWord)) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the web ended with ${code}: ${said.join("")}`)));
  });
}
