import path from "node:path";
import { buildWeb, generateClient, isBuildStale, isClientStale, nextProgram } from "./build.ts";
import { type Database, openDatabase, withClient } from "./database.ts";
import { type Memory, root } from "./memory.ts";
import type { Parts } from "./parts.ts";
import { freePort } from "./port.ts";
import { Problem } from "./problem.ts";
import {
  answering,
  type Environment,
  type Program,
  type RunningProgram,
  runProgram,
  startProgram,
} from "./processes.ts";

/** Everything of Buyoff that is running. */
export type Plant = {
  database: Database;
  environment: Environment;
  isDemo: boolean;
  sandboxUrl: string | null;
  /** Resolves with a sentence when any part ends without having been asked to. */
  ended: Promise<string>;
};

export type PlantPlan = {
  memory: Memory;
  environment: Environment;
  /** Where people and other systems find it. */
  origin: string;
  webPort: number;
  isDev: boolean;
  parts: Parts;
  /** Told what is being done, so that a person who waits knows for what. */
  tell(step: string): void;
};

const inRoot = (file: string) => path.join(root, file);

export async function startPlant(plan: PlantPlan): Promise<Plant> {
  const { memory, tell, parts } = plan;
  const workplace = { logs: path.join(memory.folder, "logs"), parts };
  tell(plan.environment.DATABASE_URL ? "database" : "embedded PostgreSQL");
  const database = await openDatabase(memory, plan.environment, parts);
  const isDemo = wantsDemo(plan.environment, database);
  const isNew = await isEmpty(database);
  const sandbox = isDemo ? await sandboxPort(memory, isNew) : null;
  const environment = environmentOf(plan, database, sandbox);

  if (await isClientStale()) {
    tell("database client");
    await generateClient(workplace);
  }
  if (isDemo && isNew) {
    tell("demo plant");
    await runProgram(seedProgram(environment), workplace, "The demo plant could not be set up.");
  }
  if (!plan.isDev && (await isBuildStale(environment))) {
    tell("production build");
    await buildWeb(workplace, buildEnvironment(memory, environment));
  }
  tell(isDemo ? "web, worker and QMS sandbox" : "web and worker");
  const programs = await startPrograms(plan, environment, sandbox, workplace.logs);
  return {
    database,
    environment,
    isDemo,
    sandboxUrl: sandbox === null ? null : `http://127.0.0.1:${sandbox}`,
    ended: Promise.race([database.ended, ...programs.map((program) => program.ended)]),
  };
}

/** Any free one before the demo plant knows it by address; from then on that one. */
async function sandboxPort(memory: Memory, isNew: boolean): Promise<number> {
  const { sandbox } = memory.values;
  if (isNew) {
    await memory.save({ sandbox: { ...sandbox, port: await freePort(sandbox.port) } });
  } else if ((await freePort(sandbox.port)) !== sandbox.port) {
    throw new Problem(
      `Port ${sandbox.port} is taken by another program, and the demo plant knows its QMS sandbox there. End that program and start again.`,
    );
  }
  return memory.values.sandbox.port;
}

async function startPrograms(
  plan: PlantPlan,
  environment: Environment,
  sandbox: number | null,
  logs: string,
): Promise<RunningProgram[]> {
  const { parts, isDev, webPort } = plan;
  const programs: RunningProgram[] = [];
  if (sandbox !== null) {
    const register = parts.keep(startProgram(sandboxProgram(plan, sandbox), logs));
    programs.push(register);
    await answering(`http://127.0.0.1:${sandbox}/`, programs);
  }
  const worker = parts.keep(startProgram(workerProgram(environment), logs, isDev));
  const web = parts.keep(startProgram(webProgram(plan, environment), logs, isDev));
  programs.push(worker, web);
  await answering(`http://127.0.0.1:${webPort}/api/health`, programs);
  return programs;
}

const seedProgram = (environment: Environment): Program => ({
  name: "seed",
  args: [inRoot("prisma/seed/main.ts")],
  environment,
});

export const workerProgram = (environment: Environment): Program => ({
  name: "worker",
  args: [inRoot("lib/feed/worker-main.ts")],
  environment: { ...environment, BUYOFF_DB_ROLE: "worker" },
});

const webProgram = ({ webPort, isDev }: PlantPlan, environment: Environment): Program => ({
  name: "web",
  args: [
    nextProgram,
    isDev ? "dev" : "start",
    "--port",
    String(webPort),
    "--hostname",
    "127.0.0.1",
  ],
  environment: { ...environment, NODE_ENV: isDev ? "development" : "production" },
  isOurs: false,
});

function sandboxProgram({ memory, origin }: PlantPlan, port: number): Program {
  const { token, webhookSecret } = memory.values.sandbox;
  return {
    name: "qms-sandbox",
    args: [
      inRoot("e2e/qms-sandbox/main.ts"),
      ...["--port", String(port)],
      ...["--folder", path.join(memory.folder, "qms-sandbox")],
      ...["--token", token],
      ...["--webhook-url", `${origin}/api/webhooks/qms-sandbox`],
      ...["--webhook-secret", webhookSecret],
    ],
    // It plays another company's server: it gets nothing of ours, not even our addresses.
    environment: { PATH: process.env.PATH, HOME: process.env.HOME },
  };
}

/** The demo's people and PINs are known to everybody: never in somebody's own database unless they say so. */
const wantsDemo = ({ BUYOFF_DEMO }: Environment, { isEmbedded }: Database) =>
  BUYOFF_DEMO ? BUYOFF_DEMO === "1" : isEmbedded;

function environmentOf(
  { memory, environment, origin }: PlantPlan,
  database: Database,
  sandboxPort: number | null,
): Environment {
  const { secret, sandbox } = memory.values;
  return {
    ...environment,
    DATABASE_URL: database.appUrl,
    DATABASE_WORKER_URL: database.workerUrl,
    DATABASE_VERIFY_URL: database.verifyUrl,
    // Whoever serves, seeds or delivers has no business being the owner.
    DATABASE_OWNER_URL: undefined,
    BUYOFF_ORIGIN: environment.BUYOFF_ORIGIN || origin,
    BUYOFF_SECRET: environment.BUYOFF_SECRET || secret,
    BUYOFF_BLOBS: environment.BUYOFF_BLOBS || path.join(memory.folder, "blobs"),
    BUYOFF_DEMO: sandboxPort === null ? "0" : "1",
    ...(sandboxPort !== null && {
      BUYOFF_SANDBOX_URL: `http://127.0.0.1:${sandboxPort}`,
      BUYOFF_SANDBOX_TOKEN: sandbox.token,
      BUYOFF_SANDBOX_WEBHOOK_SECRET: sandbox.webhookSecret,
    }),
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

/** A build reads no data; the modules it loads only want an environment they can parse. */
export const buildEnvironment = (memory: Memory, environment: Environment): Environment => ({
  ...environment,
  DATABASE_URL: "postgresql://build@127.0.0.1:1/none",
  BUYOFF_SECRET: memory.values.secret,
  BUYOFF_BLOBS: path.join(memory.folder, "blobs"),
  NEXT_TELEMETRY_DISABLED: "1",
});

/** Has nobody been here yet? Asked as the application, which reads people before anybody has signed in. */
export const isEmpty = ({ appUrl }: Database): Promise<boolean> =>
  withClient(appUrl, async (client) => {
    const { rowCount } = await client.query("select from people limit 1");
    return rowCount === 0;
  });
