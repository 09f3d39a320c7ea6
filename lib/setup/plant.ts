import { readFile } from "node:fs/promises";
import path from "node:path";
import { blobStoreHere } from "./blobs-here.ts";
import { buildWeb, generateClient, isBuildStale, isClientStale, nextProgram } from "./build.ts";
import { type Database, openDatabase, seedPlace, withClient } from "./database.ts";
import { refuseAnotherClock, withToldClock } from "./demo-clock.ts";
import { type Memory, root } from "./memory.ts";
import type { Parts } from "./parts.ts";
import { freePort, listeningWord, portRefusal, requirePort } from "./port.ts";
import { Problem } from "./problem.ts";
import {
  answering,
  type Environment,
  PortTaken,
  type Program,
  type RunningProgram,
  runProgram,
  startProgram,
  type Workplace,
} from "./processes.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

/** Everything of Buyoff that is running. */
export type Plant = {
  database: Database;
  environment: Environment;
  isDemo: boolean;
  sandboxUrl: string | null;
  webPort: number;
  /** Resolves with a sentence when any part ends without having been asked to. */
  ended: Promise<string>;
};

export type PlantPlan = {
  memory: Memory;
  environment: Environment;
  /** Where people and other systems find it. */
  origin: string;
  /** On which they do: the web or the https front listens there last, and no other part takes it before. */
  publicPort: number;
  /** Null: any free one, behind the https front. */
  webPort: number | null;
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
  const database = await openDatabase(memory, plan.environment, parts, plan.publicPort);
  const isDemo = wantsDemo(plan.environment, database);
  const isNew = await isEmpty(database);
  if (!isNew) refuseHalfADemo(memory, database);
  if (await isClientStale()) {
    tell("database client");
    await generateClient(workplace);
  }
  const sandbox = isDemo ? await startSandbox({ ...plan, logs: workplace.logs }, isNew) : null;
  const environment = environmentOf(plan, database, sandbox);
  await blobStoreHere(environment);
  const seeding = isDemo && isNew;
  const building = !plan.isDev && (await isBuildStale(environment));
  if (seeding) tell("demo plant: twelve weeks of it, a minute or two");
  if (building) tell("production build");
  // Side by side: a first start waits for the longer of the two.
  await Promise.all([
    seeding ? seed(plan, database, environment, workplace) : null,
    building ? buildWeb(workplace, buildEnvironment(memory, environment)) : null,
  ]);
  await refuseAnotherClock(database.ownerUrl);
  tell(isDemo ? "web, worker and QMS sandbox" : "web and worker");
  const worker = parts.keep(startProgram(workerProgram(environment), workplace.logs, plan.isDev));
  const others = [...(sandbox ? [sandbox.program] : []), worker];
  const web = await startWeb(plan, environment, workplace, others);
  return {
    database,
    environment,
    isDemo,
    sandboxUrl: sandbox?.url ?? null,
    webPort: web.port,
    ended: Promise.race([database, ...others, web.program].map(({ ended }) => ended)),
  };
}

/** A demo plant is complete or not there: one that was cut off is begun anew at the next start. */
async function seed(
  { memory, tell }: PlantPlan,
  database: Database,
  environment: Environment,
  workplace: Workplace,
): Promise<void> {
  await memory.save({ seeding: seedPlace.of(database) });
  const refusal = "The demo plant could not be set up.";
  await withToldClock(database.ownerUrl, environment, async (told) => {
    const history = seedProgram(told);
    const stopTelling = tellLines(path.join(workplace.logs, `${history.name}.log`), tell);
    await runProgram(history, workplace, refusal).finally(stopTelling);
    await runProgram(qmsRecordsProgram(told), workplace, refusal);
    if (environment.BUYOFF_SEED === "small") return;
    tell("demo plant: four days without the QMS");
    await runProgram(outageProgram(told), workplace, refusal);
  });
  await memory.save({ seeding: "" });
}

const tellEveryMs = 500;

/** Passes on what a program writes into its log, line by line, for a person who waits for it. */
function tellLines(log: string, tell: (line: string) => void): () => void {
  let told = 0;
  const timer = setInterval(async () => {
    const text = await readFile(log, "utf8").catch(() => "");
    const lines = text.split("\n").slice(0, -1);
    for (const line of lines.slice(told)) tell(line);
    told = Math.max(told, lines.length);
  }, tellEveryMs);
  return () => clearInterval(timer);
}

/** In a server of somebody else nothing is dropped. */
function refuseHalfADemo({ values }: Memory, database: Database): void {
  if (values.seeding !== seedPlace.of(database)) return;
  throw new Problem(
    `The demo plant in ${values.seeding} was cut off while it was being made. Drop that database, create it again empty, and start again.`,
  );
}

const attempts = 5;

async function startWeb(
  plan: PlantPlan,
  environment: Environment,
  { logs, parts }: Workplace,
  others: readonly RunningProgram[],
): Promise<{ port: number; program: RunningProgram }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = plan.webPort ?? (await freePort(0, plan.publicPort));
    // Asked again: since the start somebody may have taken it.
    if (plan.webPort !== null) await requirePort(port, "127.0.0.1");
    const program = parts.keep(startProgram(webProgram(plan, port, environment), logs, plan.isDev));
    try {
      const word = plan.isDev ? "" : listeningWord;
      await answering(`http://127.0.0.1:${port}/api/health`, [...others, program], word);
      return { port, program };
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (plan.webPort !== null) throw new Problem(portRefusal(port));
      if (attempt === attempts) throw error;
    }
  }
}

const seedProgram = (environment: Environment): Program => ({
  name: "seed",
  args: [inRoot("prisma/seed/main.ts")],
  environment,
});

/** What the demo's QMS knows of the past, as the router and the connector's mapping say it. */
const qmsRecordsProgram = (environment: Environment): Program => ({
  name: "qms-records",
  args: [inRoot("prisma/seed/qms-records.ts")],
  environment: { ...environment, BUYOFF_DB_ROLE: "worker" },
});

/** Story 14: the feed as it went while an endpoint was down. */
const outageProgram = (environment: Environment): Program => ({
  name: "outage",
  args: [inRoot("prisma/seed/outage-main.ts")],
  environment,
});

export const workerProgram = (environment: Environment): Program => ({
  name: "worker",
  args: [inRoot("lib/feed/worker-main.ts")],
  environment: { ...environment, BUYOFF_DB_ROLE: "worker" },
});

function webProgram({ isDev }: PlantPlan, port: number, environment: Environment): Program {
  const at = ["--port", String(port), "--hostname", "127.0.0.1"];
  return {
    name: "web",
    args: isDev ? [nextProgram, "dev", ...at] : [inRoot("lib/setup/web-main.ts"), ...at],
    environment: { ...environment, NODE_ENV: isDev ? "development" : "production" },
    isOurs: false,
  };
}

/** The demo's people and PINs are known to everybody: never in somebody's own database unless they say so. */
const wantsDemo = ({ BUYOFF_DEMO }: Environment, { isEmbedded }: Database) =>
  BUYOFF_DEMO ? BUYOFF_DEMO === "1" : isEmbedded;

function environmentOf(
  { memory, environment, origin }: PlantPlan,
  database: Database,
  running: Sandbox | null,
): Environment & { BUYOFF_BLOBS: string } {
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
    BUYOFF_DROPS: environment.BUYOFF_DROPS || path.join(memory.folder, "drops"),
    BUYOFF_DEMO: running === null ? "0" : "1",
    ...(running !== null && {
      BUYOFF_SANDBOX_URL: running.url,
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
