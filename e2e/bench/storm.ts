import { released, type TestPlant } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import type { Command, CommandVerdict, Envelope } from "#lib/travelers/schema";
import { run } from "../support/run.ts";
import { aConnection, expecting } from "./connection.ts";
import { alternating, perSecond, rowOf, type Scale, timeOf } from "./measure.ts";
import {
  aBenchPlant,
  aBenchTablet,
  allApplied,
  type BenchTablet,
  batchOf,
  workOn,
} from "./plant.ts";
import type { Row } from "./results.schema.ts";
import { aSender, type Statement, statementsOf } from "./statements.ts";

const inBatch = 50;
const bareAtOnce = 8;
/** Of one unit; two notes more make a batch. */
const operations = 12;

/**
 * B3: the network is back, and every tablet sends at once what it did meanwhile; until the last one has its
 * last answer. Beside it, as many commands at the rate at which their appends go through alone.
 */
export async function reconnectStorm({ isSmall, rounds }: Scale): Promise<Row[]> {
  const tablets = isSmall ? 8 : 200;
  const commands = tablets * inBatch;
  const plant = await aBenchPlant(operations);
  const seen = await alternating(rounds, {
    limit: async () => {
      const statements: Statement[][] = [];
      for (let at = 0; at < bareAtOnce; at += 1) {
        statements.push(await withheldAppends(plant, isSmall ? 1 : 3));
      }
      const clients = await Promise.all(
        statements.map(() => aSender(run.environment.DATABASE_URL ?? "")),
      );
      const rate = await perSecond(
        clients.map(({ send }, at) => async () => {
          const own = statements[at] ?? [];
          await send(own);
          return own.length * inBatch;
        }),
      );
      await Promise.all(clients.map(({ close }) => close()));
      return commands / rate;
    },
    system: async () => {
      const queues: { tablet: BenchTablet; body: string }[] = [];
      for (let at = 0; at < tablets; at += 1) {
        const tablet = await aBenchTablet(plant);
        queues.push({ tablet, body: batchOf(await shiftOf(plant, tablet)) });
      }
      const connections = queues.map(() => aConnection(run.origin));
      const ms = await timeOf(() =>
        Promise.all(
          queues.map(async ({ tablet, body }, at) => {
            const connection = connections[at];
            if (!connection) throw new Error("no connection");
            await untilAnswered(connection, tablet, body);
          }),
        ),
      );
      for (const { close } of connections) close();
      return ms / 1000;
    },
  });
  const name = `${tablets} tablets send ${inBatch} commands each at once, until the last answer / as many at the rate of their bare appends`;
  return [
    rowOf({
      id: "B3",
      name,
      unit: "s",
      rounds: seen,
      target: { most: 4 },
      note: "limit: a loop of node-postgres on 8 connections, not pgbench",
    }),
  ];
}

/** As a tablet does: what it is told to wait with it sends again, and nothing of it is lost. */
async function untilAnswered(
  { say }: ReturnType<typeof aConnection>,
  { headers }: BenchTablet,
  body: string,
): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const text = await expecting(200, "commands", say("POST", "/api/commands", headers, body));
    const { verdicts } = JSON.parse(text) as { verdicts: CommandVerdict[] };
    if (verdicts.every(({ verdict }) => verdict !== "retry_later")) return allApplied(verdicts);
  }
  throw new Error("never answered");
}

/** What an operator does on one unit in an hour without a network. */
async function shiftOf(plant: TestPlant, tablet: BenchTablet): Promise<Envelope[]> {
  const [traveler] = await released(plant, `B3-${uuidv7().slice(-12)}`);
  if (!traveler) throw new Error("no unit");
  const { operator } = plant.people;
  const grant = tablet.grantFor(operator);
  const notes = ["Begun without a network", "Handed over"].map(
    (text) => ({ type: "addNote", body: { step: null, text } }) as Pick<Command, "type" | "body">,
  );
  return [...workOn(plant), ...notes].map((act) =>
    tablet.envelope(operator, traveler, act, { grant }),
  );
}

/** What the server would have sent for such batches, decided by it and not carried out. */
async function withheldAppends(plant: TestPlant, count: number): Promise<Statement[]> {
  const all: Statement[] = [];
  for (let at = 0; at < count; at += 1) {
    const tablet = await aBenchTablet(plant);
    const batch = await shiftOf(plant, tablet);
    const appends = await statementsOf(async () => allApplied(await tablet.send(...batch)), {
      withholding: true,
    });
    if (appends.length !== 1) throw new Error(`a batch ended in ${appends.length} appends`);
    all.push(...appends);
  }
  return all;
}
