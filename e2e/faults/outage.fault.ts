import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { atOnceUsual } from "#lib/feed/connectors/capabilities.rules";
import { connectorsHealth } from "#lib/feed/messages.queries";
import type { Actor } from "#lib/people/schema";
import type { Fault } from "./fault.ts";
import { emptied, leftOf, settled, unanswered } from "./healing.ts";
import type { Stage } from "./stage.ts";
import { aReporter } from "./work.ts";

/** Of each record. */
const messagesOfDefect = 50;

/** As a person at the desk is told of it. */
async function told(stage: Stage) {
  const actor = { site: stage.plant.site } as Actor;
  const [health] = await connectorsHealth(actor);
  if (!health) throw new Error("the monitor shows no connector");
  return health;
}

/** Each message changes a record there, once: so many lines has its journal. */
const changesIn = async ({ journal }: Stage): Promise<number> =>
  (await readFile(journal, "utf8").catch(() => "")).split("\n").length;

/** While it drains: what the monitor says is waiting lies between what had arrived before and after it was asked. */
async function watched(stage: Stage, messages: number, before: number, isOver: () => boolean) {
  let looks = 0;
  while (!isOver()) {
    const most = messages - ((await changesIn(stage)) - before);
    const { waiting, oldestWaiting } = await told(stage);
    // What has arrived there and is not saved yet is on its way.
    const least = messages - ((await changesIn(stage)) - before);
    if (waiting < least || waiting > most + atOnceUsual)
      throw new Error(`the monitor says ${waiting} wait: there are ${least} to ${most}`);
    if (waiting > 0 && oldestWaiting === null) throw new Error("what waits has no age");
    looks += 1;
    await pause(1_000);
  }
  return looks;
}

/** F7. */
export const outage: Fault = {
  name: "outage",
  title:
    "failure 38: the QMS is away until its messages wait, a thousand where nothing else is asked for: it is left alone meanwhile, and afterwards they arrive in order",
  async bring(stage) {
    const messages = stage.backlog;
    const defects = Math.ceil(messages / messagesOfDefect);
    const reporter = await aReporter(stage, await stage.tablet(), Math.ceil(defects / 2));
    let refused = 0;
    // The pause between two tries, five minutes in a plant, is a quarter of a second here.
    stage.way.meddle({
      before: async () => {
        refused += 1;
        throw new Error("away");
      },
    });
    for (let defect = 0; defect < defects; defect += 1) await reporter.log();
    for (let more = defects; more < messages; more += 1) await reporter.tell();
    await emptied("commands without an answer", () => unanswered(stage));
    await emptied("messages that don't wait yet", async () => messages - (await waiting(stage)));
    await pause(1_000);
    stage.hit("tries while the QMS was away", refused);
    const away = await told(stage);
    if (!away.doesNotAnswer || away.waiting !== messages || away.oldestWaiting === null)
      throw new Error(`while it was away the monitor said ${JSON.stringify(away)}`);
    const { stopped } = await leftOf(stage);
    if (stopped > 0) throw new Error(`${stopped} messages were given up while the QMS was away`);
    const before = await changesIn(stage);
    stage.way.meddle({});
    const startedAt = performance.now();
    let isOver = false;
    const drained = settled(stage).finally(() => {
      isOver = true;
    });
    const [looks] = await Promise.all([watched(stage, messages, before, () => isOver), drained]);
    const seconds = (performance.now() - startedAt) / 1000;
    return `${refused} tries meanwhile; ${messages} messages drained in ${seconds.toFixed(0)} s, ${(messages / seconds).toFixed(0)} a second; what the monitor said was true ${looks} times`;
  },
};

const waiting = async (stage: Stage): Promise<number> => (await leftOf(stage)).moving;
