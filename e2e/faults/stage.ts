import { mkdir } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import type { TestPlant } from "#lib/db/test-record-plant";
import { qmsSandboxConfig } from "#lib/feed/connectors/qms-sandbox/rules";
import type { RestConnectorConfig } from "#lib/feed/connectors/rest/schema";
import { mapCodes, ruleInForce } from "#lib/feed/testing/plant";
import { uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import { withClient } from "#lib/setup/database";
import { type Memory, openMemory, root } from "#lib/setup/memory";
import type { Parts } from "#lib/setup/parts";
import { workerProgram } from "#lib/setup/plant";
import { listeningWord } from "#lib/setup/port";
import type { PostgresHome } from "#lib/setup/postgres-home";
import { answering, type RunningProgram, startProgram } from "#lib/setup/processes";
import { startSandbox } from "#lib/setup/sandbox";
import { aBenchPlant } from "../bench/plant.ts";
import { run } from "../support/run.ts";
import type { Chance } from "./chance.ts";
import { aCluster } from "./cluster.ts";
import { aLedger } from "./ledger.ts";
import { aFaultTablet, type FaultTablet, type Wire } from "./tablet.ts";
import { aWay } from "./way.ts";

/** Inspections of one unit. */
export const inspectionsOfUnit = 10;

/** Waits are short, so that the run is; their order is the product's own. */
const quick: Partial<RestConnectorConfig> = {
  timeoutMs: 1_500,
  settlingMs: 300,
  lookupsMax: 2,
  retry: { attemptsMax: 40, baseMs: 20, factor: 2, capMs: 200 },
  breaker: { baseMs: 50, capMs: 250 },
};

type Told = { folder: string; home: PostgresHome };

const inPlant = { ...run.environment, BUYOFF_LOG_LEVEL: "info" };

/** Everything that is broken, each part in a process of its own, and who works with it. */
export async function aStage(parts: Parts, chance: Chance, backlog: number) {
  const { folder, home } = JSON.parse(run.environment.BUYOFF_FAULTS ?? "{}") as Told;
  const memory = await openMemory(folder);
  const logs = path.join(folder, "logs");
  await mkdir(logs, { recursive: true });
  const cluster = await aCluster(memory, home, parts);
  const publicPort = Number(new URL(run.origin).port);
  const qms = await startSandbox({ memory, parts, origin: run.origin, logs, publicPort }, true);
  const way = parts.keep(await aWay(qms.url));
  const ledger = aLedger(path.join(folder, "ledger.jsonl"));
  const plant = await aBenchPlant(inspectionsOfUnit);
  const connector = await connected(memory, plant, way.url, cluster.adminUrl);
  const web = theWeb(logs, parts);
  const workers = theWorkers(logs, parts);
  const tablets: FaultTablet[] = [];
  const tally = new Map<string, number>();
  return {
    chance,
    /** How many messages wait at the end of an outage. */
    backlog,
    cluster,
    plant,
    ledger,
    way,
    web,
    workers,
    tablets,
    adminUrl: cluster.adminUrl,
    /** What the QMS has written down itself, line by line. */
    journal: path.join(folder, "qms-sandbox", "ncrs.jsonl"),
    logs,
    /** Faults by kind, for the report. */
    tally,
    hit: (kind: string, times = 1) => tally.set(kind, (tally.get(kind) ?? 0) + times),
    tablet: async (wire?: Wire): Promise<FaultTablet> => {
      const tablet = await aFaultTablet(plant, ledger, chance, wire);
      tablets.push(tablet);
      return tablet;
    },
    /** What the connector says of waits and patience, from now on. */
    configure: (change: Partial<RestConnectorConfig>) =>
      withClient(cluster.adminUrl, async (client) => {
        const config = { ...qmsSandboxConfig(way.url), ...quick, ...change };
        await client.query("update connectors set config = $2 where id = $1", [connector, config]);
      }),
    look: <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> =>
      withClient(cluster.adminUrl, async (client) => (await client.query<T>(sql, values)).rows),
  };
}
export type Stage = Awaited<ReturnType<typeof aStage>>;

/** The plant's own QMS connector, with the rule and the codes that it needs. */
async function connected(
  memory: Memory,
  { site }: TestPlant,
  url: string,
  adminUrl: string,
): Promise<string> {
  const connector = uuidv7();
  await withClient(adminUrl, async (client) => {
    const secret = sealText("connector-credential", memory.values.sandbox.token, connector);
    await client.query(
      "insert into connectors (id, site_id, code, name, config, secret) values ($1, $2, 'qms', 'QMS', $3, $4)",
      [connector, site, { ...qmsSandboxConfig(url), ...quick }, secret],
    );
    await ruleInForce(client, site);
    await mapCodes(client, site, [["defect_code", "DIM-01", "Q-2001"]]);
  });
  return connector;
}

const kill = async ({ process: child, ended }: RunningProgram): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
  await ended;
};
const isRunning = ({ process: child }: RunningProgram): boolean =>
  child.exitCode === null && child.signalCode === null;

function theWeb(logs: string, parts: Parts) {
  const at = ["--port", new URL(run.origin).port, "--hostname", "127.0.0.1"];
  let running: RunningProgram | null = null;
  let starts = 0;
  return {
    isRunning: () => running !== null && isRunning(running),
    kill: async () => {
      if (running) await kill(running);
    },
    /** Gives the milliseconds until it answers. */
    start: async (): Promise<number> => {
      const startedAt = performance.now();
      starts += 1;
      const program = {
        name: `web-${starts}`,
        args: [path.join(root, "lib/setup/web-main.ts"), ...at],
        environment: { ...inPlant, NODE_ENV: "production" },
        isOurs: false,
      };
      running = parts.keep(startProgram(program, logs));
      await answering(`${run.origin}/api/health`, [running], listeningWord);
      return performance.now() - startedAt;
    },
  };
}

function theWorkers(logs: string, parts: Parts) {
  const all: RunningProgram[] = [];
  let starts = 0;
  const running = () => all.filter(isRunning);
  return {
    running: () => running().length,
    start: (leaseMs = 3_000): RunningProgram => {
      starts += 1;
      const { args, ...program } = workerProgram(inPlant);
      const lease = ["--lease-ms", String(leaseMs)];
      const named = { ...program, name: `worker-${starts}`, args: [...args, ...lease] };
      const worker = parts.keep(startProgram(named, logs));
      all.push(worker);
      return worker;
    },
    /** One of those that run, by chance. */
    killOne: async (chance: Chance): Promise<void> => {
      const victims = running();
      const victim = victims[chance.between(0, victims.length - 1)];
      if (victim) await kill(victim);
    },
    killAll: async (): Promise<void> => {
      await Promise.all(running().map(kill));
    },
    stopAll: async (): Promise<void> => {
      await Promise.all(running().map((worker) => worker.stop()));
    },
  };
}
