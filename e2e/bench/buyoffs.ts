import type { TestPlant } from "#lib/db/test-record-plant";
import type { Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { run } from "../support/run.ts";
import { aConnection, type Connection, expecting } from "./connection.ts";
import { emptyApp } from "./empty-app.ts";
import { alternating, perSecond, rowOf, type Scale } from "./measure.ts";
import {
  aBenchPlant,
  aBenchTablet,
  allApplied,
  type BenchTablet,
  batchOf,
  signedBuyoffs,
  unitsToBuyOff,
} from "./plant.ts";
import type { Row } from "./results.schema.ts";
import { aSender, type Statement, statementsOf } from "./statements.ts";

const connectionsAtOnce = 8;

/** One tablet of eight, with units whose inspections wait. */
type Lane = { tablet: BenchTablet; units: TravelerState[]; connection: Connection };

async function lanesOf(plant: TestPlant, unitsEach: number): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (let at = 0; at < connectionsAtOnce; at += 1) {
    const tablet = await aBenchTablet(plant);
    const units = await unitsToBuyOff(plant, tablet, unitsEach);
    lanes.push({ tablet, units, connection: aConnection(run.origin) });
  }
  return lanes;
}

const closed = (lanes: readonly Lane[]) => {
  for (const { connection } of lanes) connection.close();
};

/** Sends batch after batch, each when the one before is answered; gives how many were recorded. */
const sending = (lane: Lane, batches: readonly (readonly Envelope[])[]) => {
  const bodies = batches.map(batchOf);
  return async () => {
    for (const body of bodies) {
      const { tablet, connection } = lane;
      const said = connection.say("POST", "/api/commands", tablet.headers, body);
      allApplied(JSON.parse(await expecting(200, "commands", said)).verdicts);
    }
    return batches.flat().length;
  };
};

/** B1: one command a request. */
export async function singleBuyoffs({ isSmall, rounds }: Scale): Promise<Row[]> {
  const each = isSmall ? 3 : 120;
  const plant = await aBenchPlant(1);
  const lanes = await lanesOf(plant, each * rounds);
  const { origin } = await emptyApp();
  const seen = await alternating(rounds, {
    limit: async () => {
      const connections = lanes.map(() => aConnection(origin));
      const rate = await perSecond(
        connections.map(({ say }) => async () => {
          for (let at = 0; at < each * 2; at += 1) {
            await expecting(200, "the constant", say("POST", "/constant", {}, "{}"));
          }
          return each * 2;
        }),
      );
      for (const { close } of connections) close();
      return rate;
    },
    system: async (round) => {
      const work: (() => Promise<number>)[] = [];
      for (const lane of lanes) {
        const units = lane.units.slice(round * each, (round + 1) * each);
        const signed = await signedBuyoffs(plant, lane.tablet, units);
        work.push(
          sending(
            lane,
            signed.map((one) => [one]),
          ),
        );
      }
      return perSecond(work);
    },
  });
  closed(lanes);
  const name =
    "buyoffs through HTTP, one a request, 8 connections / a Next route that answers a constant";
  return [rowOf({ id: "B1", name, unit: "a second", rounds: seen, target: { least: 0.6 } })];
}

/** B1b: fifty commands a request, beside the very statements that such requests end in. */
export async function batchedBuyoffs({ isSmall, rounds }: Scale): Promise<Row[]> {
  const inBatch = isSmall ? 10 : 50;
  const each = isSmall ? 1 : 2;
  const plant = await aBenchPlant(inBatch);
  const lanes = await lanesOf(plant, each * rounds);
  const seen = await alternating(rounds, {
    limit: async () => {
      const statements: Statement[][] = [];
      for (let at = 0; at < connectionsAtOnce; at += 1) {
        statements.push(await withheldAppends(plant, each));
      }
      const url = run.environment.DATABASE_URL ?? "";
      const clients = await Promise.all(statements.map(() => aSender(url)));
      const rate = await perSecond(
        clients.map(({ send }, at) => async () => {
          const own = statements[at] ?? [];
          await send(own);
          return own.length * inBatch;
        }),
      );
      await Promise.all(clients.map(({ close }) => close()));
      return rate;
    },
    system: async (round) => {
      const work: (() => Promise<number>)[] = [];
      for (const lane of lanes) {
        const units = lane.units.slice(round * each, (round + 1) * each);
        const batches: Envelope[][] = [];
        for (const unit of units) batches.push(await signedBuyoffs(plant, lane.tablet, [unit]));
        work.push(sending(lane, batches));
      }
      return perSecond(work);
    },
  });
  closed(lanes);
  const name = `buyoffs through HTTP in batches of ${inBatch} / the same appends as bare statements, 8 clients`;
  return [
    rowOf({
      id: "B1b",
      name,
      unit: "a second",
      rounds: seen,
      target: { least: 0.6 },
      note: "limit: a loop of node-postgres on 8 connections, not pgbench",
    }),
  ];
}

/** What the server would have sent for `count` batches, decided by it and not carried out; a tablet for each. */
async function withheldAppends(plant: TestPlant, count: number): Promise<Statement[]> {
  const all: Statement[] = [];
  for (let at = 0; at < count; at += 1) {
    const tablet = await aBenchTablet(plant);
    const units = await unitsToBuyOff(plant, tablet, 1);
    const batch = await signedBuyoffs(plant, tablet, units);
    const appends = await statementsOf(async () => allApplied(await tablet.send(...batch)), {
      withholding: true,
    });
    if (appends.length !== 1) throw new Error(`a batch ended in ${appends.length} appends`);
    all.push(...appends);
  }
  return all;
}
