import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { connectorId, saveConnector } from "#lib/feed/connector.commands";
import { qmsSandboxConfig } from "#lib/feed/connectors/qms-sandbox/rules";
import { changeLine } from "#lib/feed/crosswalks.commands";
import { startReconciliation } from "#lib/feed/reconcile.commands";
import { replayMessages } from "#lib/feed/replay.commands";
import { replayPreview } from "#lib/feed/replay.queries";
import { env } from "#lib/kit/env";
import { dateIn, type Instant } from "#lib/kit/time";
import { giveRole } from "#lib/people/commands";
import type { Actor } from "#lib/people/schema";
import { qmsDefectCode } from "./crosswalks.ts";
import { openedAt } from "./demo.ts";
import { headsSha256 } from "./heads.ts";
import { idOf } from "./identity.ts";
import type { Job } from "./job.ts";
import { photographer } from "./pictures.ts";
import { demoSites } from "./plant.ts";
import { atStep, personNamed, workUntil } from "./play.ts";
import { log, qmsCode } from "./qms.ts";
import { instructionFiles, seedOrder } from "./reference.ts";
import { sandbox } from "./sandbox.ts";
import { at, secondsUntil, shiftStart } from "./schedule.ts";
import { done, personId } from "./staff.ts";
import { doer, send } from "./tablet.ts";
import { tellTime } from "./told-time.ts";
import { openUnit } from "./units.ts";

/**
 * Story 14: the machining plant's way to its QMS is down for four days. What was found meanwhile is really sent, by the
 * worker, to a register that really answers 503, until no try is left; two more come when it answers again and has
 * another name for their code. All times are told (told-time.ts); every entry and row comes from the command or the
 * worker that makes it in any plant.
 */

const site = demoSites.ng2;
/** It gives a message up within a working day, where the product's own patience is three and a half. */
const patience = {
  retry: { attemptsMax: 6, baseMs: 60_000, factor: 4, capMs: 4 * 60 * 60_000 },
  breaker: { baseMs: 60_000, capMs: 30 * 60_000 },
};
const withdrawn = "DIM-03";
const theirsNow = "Q-1013";

type Finding = { day: number; hour: number; minute: number; code: string } & Pick<
  Parameters<typeof log>[1],
  "location" | "comment"
>;
type Lot = { number: string; lot: string; findings: readonly Finding[] };

const found = (
  day: number,
  [hour, minute]: readonly [number, number],
  code: string,
  location: string,
  comment: string,
): Finding => ({ day, hour, minute, code, location, comment });

/** Days before the anchor's, by the clocks of the assembly. */
const lots: readonly Lot[] = [
  {
    number: "WO-700463",
    lot: "B13-0432",
    findings: [
      found(
        -5,
        [17, 12],
        "FIN-01",
        "Flange, 4 mm",
        "Scratch from the bar feeder, seen under the lamp.",
      ),
      found(
        -5,
        [17, 31],
        "FIN-01",
        "Flange, 6 mm",
        "The same scratch on the next piece of the tray.",
      ),
      found(-5, [18, 5], "TRQ-03", "Arbor", "Arbor turned in the bore while grinding."),
      found(-5, [18, 44], "FIN-01", "Outside diameter", "Chatter over a third of the length."),
      found(
        -5,
        [19, 20],
        "DOC-01",
        "Router sheet",
        "Heat number written over, the first one can be read.",
      ),
    ],
  },
  {
    number: "WO-700464",
    lot: "B13-0433",
    findings: [
      found(-4, [15, 8], "FIN-01", "Bore, entry", "Burr rolled into the edge."),
      found(-4, [15, 47], "FIN-01", "Bore, entry", "Burr, second piece of the same insert."),
      found(-4, [16, 30], "HDW-02", "Tray", "Two pieces lie with the flange down in their tray."),
      found(-4, [17, 55], "FIN-01", "Flange face", "Mark of the collet, can be felt."),
    ],
  },
  {
    number: "WO-700465",
    lot: "B13-0434",
    findings: [
      found(-3, [15, 21], "FIN-01", "Outside diameter", "Scratch along the axis, 11 mm."),
      found(-3, [16, 2], "BND-01", "Flange face", "Oil film left by the wash, resistance 3.1 mΩ."),
      found(-3, [16, 40], "FIN-01", "Flange, 2 mm", "Nick at the rim."),
      found(-3, [18, 18], "DOC-01", "Wash log", "Bath temperature not entered for this batch."),
    ],
  },
  {
    number: "WO-700466",
    lot: "B13-0435",
    findings: [
      found(-2, [14, 52], "FIN-01", "Bore", "Feed line over the whole bore."),
      found(-2, [15, 33], "FIN-01", "Bore", "Feed line, three pieces later."),
      found(-2, [16, 9], "FIN-01", "Flange, 5 mm", "Dent from the tray."),
      found(-2, [17, 26], "HDW-02", "Tray", "One piece of the lot before in this tray."),
    ],
  },
];
const afterwards: Lot = {
  number: "WO-700467",
  lot: "B13-0436",
  findings: [
    found(-1, [16, 55], withdrawn, "Flange to bore", "Flange 0.09 off the axis of the bore."),
    found(-1, [17, 10], withdrawn, "Flange to bore", "0.08 off, the piece after it."),
  ],
};

if (!sandbox) throw new Error("the demo has no QMS");
const anchor = shiftStart(env.BUYOFF_DEMO_NOW ?? new Date().toISOString());
const then = (day: number, hour: number, minute = 0) => at(anchor, day, hour, minute);
const reason = {
  replay: "The register is back after four days; sent again once its code for DIM-03 was mapped.",
  code: "The register withdrew Q-1003 with its new release; agreed with its owners.",
};

const worker = startWorker();
const album = await photographer(site.id, 1);
await behave({ mode: "ok", clock: then(-1, 20) });
// What the assembly had to say in its twelve weeks is there, or is made, before the story begins.
await worker.work(openedAt(anchor), then(-1, 21));
await tellTime(then(-6, 8));
await connect();
const administrator = await administratorHere(then(-6, 8));
await behave({ mode: "503", clock: then(-5, 16, 40) });
let now = then(-5, 16, 40);
const inspected: string[] = [];
const connector = connectorId(site.id, qmsCode);
for (const lot of lots) await inspect(lot);
await until(then(-1, 16, 40));
await expectStanding("dead", 17);
await behave({ mode: "ok", refused_codes: [qmsDefectCode(withdrawn)], clock: then(-1, 16, 40) });
await inspect(afterwards);
await until(then(-1, 17, 35));
await expectStanding("parked", 2);
await mapAnew();
await until(then(-1, 17, 48));
await sendAgain();
await behave({ mode: "ok", refused_codes: [qmsDefectCode(withdrawn)], clock: then(-1, 17, 48) });
await until(then(-1, 18, 10));
await expectStanding("tracking", 19);
await compare();
await until(then(-1, 18, 20));
await behave({ mode: "ok" });
await worker.end();
process.stdout.write(`The outage is history: heads ${await headsSha256()}.\n`);
process.exit(0);

async function connect(): Promise<void> {
  if (!sandbox) return;
  await saveConnector(actorOfSeed(site.id), {
    code: qmsCode,
    name: "QMS sandbox",
    config: { ...qmsSandboxConfig(sandbox.url), ...patience },
    secret: sandbox.token,
    webhookSecret: sandbox.webhookSecret,
  });
}

/** Who looks after the feed of both plants, as one who is signed in there. */
async function administratorHere(since: Instant): Promise<Actor> {
  const { name, roles, ...person } = personNamed("Mei Castellano");
  const id = personId(person);
  const when = { at: since, recordedAt: since };
  await done(giveRole(actorOfSeed(site.id), id, "administrator", when));
  return { ...actorOfSeed(site.id, { id, name, roles }), via: "session" };
}

/** Works on a lot up to its inspection, and logs what the inspector sees there when it is seen. */
async function inspect({ number, lot, findings }: Lot): Promise<void> {
  const [first] = findings;
  const content = (await instructionFiles()).get("wi-4471-2213-rev-01");
  if (!content || !first) throw new Error("no instruction for the bushings, or nothing found");
  const released = then(first.day, 9);
  const { number: part, revision } = content.part;
  const quantity = "50";
  await seedOrder(site, released, { number, part, revision, quantity });
  const crew = () => ["Anneke Vos", "Priya Raman", "Ingrid Maurer"];
  const opening = { site, order: number, unit: lot, quantity, content, album, at: released, crew };
  let job: Job = await workUntil(await openUnit(opening), atStep("030.1"));
  inspected.push(job.state.id);
  for (const { day, hour, minute, ...finding } of findings) {
    job.clock.pass(secondsUntil(job.clock.now(), then(day, hour, minute)));
    const seen = { ...finding, severity: "minor", step: "030.1" } as const;
    ({ job } = await log(job, seen, doer(personNamed("Priya Raman")), "MET"));
    await until(job.clock.now());
    await send(job);
  }
}

async function mapAnew(): Promise<void> {
  const line = await forSite(site.id).crosswalkLine.findFirstOrThrow({
    where: { fromCode: withdrawn, leftIn: null, list: { kind: "defect_code" } },
  });
  const said = { label: "Location", factor: "", addend: "", places: "" };
  const command = idOf("outage/code");
  const form = {
    command,
    line: line.id,
    kind: "defect_code",
    from: withdrawn,
    to: theirsNow,
  } as const;
  await done(changeLine(administrator, { ...form, ...said, since: "start", reason: reason.code }));
}

async function sendAgain(): Promise<void> {
  const asked = {
    connector,
    from: `${dateIn(site.timeZone, then(-5, 16))}T00:00`,
    to: `${dateIn(site.timeZone, anchor)}T00:00`,
    search: "",
    rule: "",
    said: "",
  };
  const named = { discarded: false, gone: false };
  const { deliveries } = await replayPreview(administrator, site.timeZone, asked, named);
  const form = {
    command: idOf("outage/replay"),
    ...asked,
    also: [],
    deliveries,
    reason: reason.replay,
  };
  const { replayed } = await done(replayMessages(administrator, form));
  if (replayed !== 19) throw new Error(`${replayed} messages were sent again, not 19`);
}

async function compare(): Promise<void> {
  const [from, to] = [then(-5, 16), now].map((day) => dateIn(site.timeZone, day));
  const command = idOf("outage/comparison");
  await done(
    startReconciliation(administrator, { command, connector, from: from ?? "", to: to ?? "" }),
  );
}

async function expectStanding(state: "dead" | "parked" | "tracking", count: number): Promise<void> {
  const standing = await forSite(site.id).delivery.count({
    where: { siteId: site.id, state, operation: "create", travelerId: { in: inspected } },
  });
  if (standing !== count) throw new Error(`${standing} messages are ${state}, not ${count}`);
}

async function until(time: Instant): Promise<void> {
  await worker.work(now, time);
  now = time;
  await tellTime(now);
}

function startWorker() {
  const child = fork(path.join(import.meta.dirname, "told-worker.ts"), {
    execArgv: ["--conditions=react-server"],
    // biome-ignore lint/style/noProcessEnv: the worker is this program's own, in another role.
    env: { ...process.env, BUYOFF_DB_ROLE: "worker" },
  });
  const ended = once(child, "exit").then(() => {
    throw new Error("the worker ended before its time");
  });
  ended.catch(() => undefined);
  return {
    work: async (from: Instant, time: Instant) => {
      child.send({ from, until: time });
      await Promise.race([once(child, "message"), ended]);
    },
    end: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** How the register is to behave, and from which time on its clock goes. */
async function behave(how: object): Promise<void> {
  const answer = await fetch(`${sandbox?.url}/api/behaviour`, {
    method: "PUT",
    headers: { authorization: `Bearer ${sandbox?.token}`, "content-type": "application/json" },
    body: JSON.stringify(how),
  });
  if (!answer.ok) throw new Error(`the register: ${answer.status} ${await answer.text()}`);
}
