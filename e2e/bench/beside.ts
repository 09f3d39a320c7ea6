import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { actorOfSeed } from "#lib/boundary/actor";
import type { TestPlant } from "#lib/db/test-record-plant";
import type { FolderConfig } from "#lib/feed/connectors/publishers/schema";
import { qmsSandboxConfig } from "#lib/feed/connectors/qms-sandbox/rules";
import { askDrop } from "#lib/feed/drops.commands";
import { mapCodes, ruleInForce } from "#lib/feed/testing/plant";
import { publisherBase } from "#lib/feed/testing/publisher";
import { uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import { dateIn, instant } from "#lib/kit/time";
import type { Command, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { run } from "../support/run.ts";
import { aConnection, expecting } from "./connection.ts";
import { alternating, percentile, rowOf, type Scale } from "./measure.ts";
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

const { BUYOFF_SANDBOX_URL: qms = "", BUYOFF_SANDBOX_TOKEN: token = "" } = run.environment;
const perSecond = 20;
const lanes = 8;
const inspectionsOfUnit = 10;

/**
 * B2: buyoffs at a steady pace while the QMS takes requests and never answers, defects go on being logged for it, and
 * batches of evidence of the whole plant are written one after the other, beside the same buyoffs with nothing else.
 */
export async function buyoffsBesideTheFeed({ isSmall, rounds }: Scale): Promise<Row[]> {
  const seconds = isSmall ? 1 : 30;
  const plant = await aBenchPlant(inspectionsOfUnit);
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  try {
    const feed = await fed(client, plant);
    const drops: number[] = [];
    const seen = await alternating(rounds, {
      limit: async () => {
        await feed.isStill();
        return percentile(await steadily(await prepared(plant, seconds)), 99);
      },
      system: async () => {
        const buyoffs = await prepared(plant, seconds);
        const busy = await feed.isBusy();
        const tookMs = await steadily(buyoffs);
        drops.push(await busy.ends());
        return percentile(tookMs, 99);
      },
    });
    if (drops.some((count) => count === 0)) throw new Error("no batch of evidence was written");
    return [
      rowOf({
        id: "B2",
        name: `buyoff p99 at ${perSecond} a second, while the QMS hangs and evidence is exported / the same when idle`,
        unit: "ms",
        rounds: seen,
        target: { most: 2 },
        note: `${perSecond * seconds} buyoffs a round from ${lanes} tablets; batches of evidence written meanwhile: ${drops.join(", ")}`,
      }),
    ];
  } finally {
    await behave("ok");
    await client.query("update connectors set status = 'retired' where site_id = $1", [plant.site]);
    await client.end();
  }
}

type Signing = { headers: Record<string, string>; buyoffs: Envelope[] };

/** As many as a window takes, on tablets of their own, with proofs made before. */
async function prepared(plant: TestPlant, seconds: number): Promise<Signing[]> {
  const each = Math.ceil((perSecond * seconds) / lanes);
  const signing: Signing[] = [];
  for (let lane = 0; lane < lanes; lane += 1) {
    const tablet = await aBenchTablet(plant);
    const units = await unitsToBuyOff(plant, tablet, Math.ceil(each / inspectionsOfUnit));
    const buyoffs = await signedBuyoffs(plant, tablet, units);
    signing.push({ headers: tablet.headers, buyoffs: buyoffs.slice(0, each) });
  }
  return signing;
}

/** Each one's milliseconds from when it was due: whoever waits because the one before is late, waits. */
async function steadily(signing: readonly Signing[]): Promise<number[]> {
  const everyMs = (1000 / perSecond) * lanes;
  const startsAt = performance.now() + 100;
  const tookMs: number[] = [];
  await Promise.all(
    signing.map(async ({ headers, buyoffs }, lane) => {
      const connection = aConnection(run.origin);
      for (const [at, buyoff] of buyoffs.entries()) {
        const dueAt = startsAt + at * everyMs + (lane * everyMs) / lanes;
        await pause(Math.max(0, dueAt - performance.now()));
        const said = connection.say("POST", "/api/commands", headers, batchOf([buyoff]));
        allApplied(JSON.parse(await expecting(200, "a buyoff", said)).verdicts);
        tookMs.push(performance.now() - dueAt);
      }
      connection.close();
    }),
  );
  return tookMs;
}

async function behave(mode: "ok" | "hang"): Promise<void> {
  const answer = await fetch(`${qms}/api/behaviour`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ mode }),
  });
  if (!answer.ok) throw new Error(`the QMS stand-in: ${answer.status} ${await answer.text()}`);
}

/** The plant's QMS, a folder for its evidence, and somebody who finds defects. */
async function fed(client: pg.Client, plant: TestPlant) {
  const { site } = plant;
  const connect = async (code: string, config: object, secret: string) => {
    const id = uuidv7();
    await client.query(
      "insert into connectors (id, site_id, code, name, config, secret) values ($1, $2, $3, $3, $4, $5)",
      [id, site, code, config, sealText("connector-credential", secret, id)],
    );
    return id;
  };
  const qmsId = await connect("qms", qmsSandboxConfig(qms), token);
  const folder: FolderConfig = { ...publisherBase, kind: "folder", path: `bench-${site}` };
  const archive = await connect("archive", folder, "{}");
  await ruleInForce(client, site);
  await mapCodes(client, site, [["defect_code", "DIM-01", "Q-2001"]]);
  const tablet = await aBenchTablet(plant);
  const units = await unitsToBuyOff(plant, tablet, 20);
  const count = async (sql: string) =>
    (await client.query<{ count: number }>(sql, [site])).rows[0]?.count ?? 0;
  const none = async (sql: string) => {
    while ((await count(sql)) > 0) await pause(50);
  };
  const written = () =>
    count(
      "select count(*)::int as count from drops where site_id = $1 and state in ('written', 'told')",
    );
  const isStill = async () => {
    await behave("ok");
    await client.query(
      "update connectors set paused_until = now() + interval '1 day' where id = $1",
      [qmsId],
    );
    await none("select count(*)::int as count from routing_queue where site_id = $1");
    await none(
      "select count(*)::int as count from deliveries where site_id = $1 and leased_until > now()",
    );
    await none(
      "select count(*)::int as count from drops where site_id = $1 and state in ('waiting', 'writing')",
    );
  };
  return {
    isStill,
    isBusy: async () => {
      await behave("hang");
      await client.query(
        "update connectors set paused_until = null, open_until = null, failures_in_row = 0, patience_ms = null where id = $1",
        [qmsId],
      );
      const before = await written();
      let isOver = false;
      const over = () => isOver;
      const busy = Promise.all([
        defectsUntil(over, plant, tablet, units),
        exportsUntil(over, client, site, archive),
      ]);
      return {
        ends: async () => {
          isOver = true;
          await busy;
          const after = await written();
          await isStill();
          return after - before;
        },
      };
    },
  };
}

/** Two a second, on one unit after the other. */
async function defectsUntil(
  isOver: () => boolean,
  plant: TestPlant,
  tablet: BenchTablet,
  units: readonly TravelerState[],
): Promise<void> {
  const connection = aConnection(run.origin);
  for (let at = 0; !isOver(); at += 1) {
    const traveler = units[at % units.length]?.id ?? "";
    const nowhere = { step: null, field: null, position: null, reading: null, location: null };
    const found = { defect: uuidv7(), code: "DIM-01", severity: "minor", quantity: "1" };
    const body = { ...found, ...nowhere, comment: null };
    const act = { type: "logDefect", body } as Pick<Command, "type" | "body">;
    const defect = tablet.envelope(plant.people.operator, traveler, act);
    const said = connection.say("POST", "/api/commands", tablet.headers, batchOf([defect]));
    allApplied(JSON.parse(await expecting(200, "a defect", said)).verdicts);
    await pause(500);
  }
  connection.close();
}

/** One batch after the other, each of everything that the plant has recorded so far. */
async function exportsUntil(
  isOver: () => boolean,
  client: pg.Client,
  site: string,
  connector: string,
): Promise<void> {
  const actor = { ...actorOfSeed(site), id: uuidv7() };
  const day = (ago: number) => dateIn("UTC", instant(Date.now() - ago * 24 * 60 * 60_000));
  // From two days before: the plant's own day may not have begun yet.
  const range = { from: day(2), to: day(0) };
  do {
    const drop = uuidv7();
    const asked = await askDrop(actor, {
      ...{ command: drop, connector, told: "nobody", part: "", order: "" },
      ...{ ...range, discloses: "everything" },
    });
    if (!asked.ok) throw new Error(asked.error.code);
    for (;;) {
      const { rows } = await client.query<{ state: string; note: string | null }>(
        "select state, note from drops where id = $1",
        [drop],
      );
      const [at] = rows;
      if (at?.state === "failed") throw new Error(`a batch of evidence failed: ${at.note}`);
      if (at?.state !== "waiting" && at?.state !== "writing") break;
      await pause(50);
    }
  } while (!isOver());
}
