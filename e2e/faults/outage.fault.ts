import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { emptied, leftOf, settled, unanswered } from "./healing.ts";
import type { Stage } from "./stage.ts";
import { aReporter } from "./work.ts";

/** Of each record. */
const messagesOfDefect = 50;

/** F7. */
export const outage: Fault = {
  name: "outage",
  title:
    "failure 38: the QMS is away until a thousand messages wait: it is left alone meanwhile, and afterwards they arrive in order",
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
    const { stopped } = await leftOf(stage);
    if (stopped > 0) throw new Error(`${stopped} messages were given up while the QMS was away`);
    stage.way.meddle({});
    const startedAt = performance.now();
    await settled(stage);
    const seconds = (performance.now() - startedAt) / 1000;
    return `${refused} tries meanwhile; ${messages} messages drained in ${seconds.toFixed(0)} s, ${(messages / seconds).toFixed(0)} a second`;
  },
};

const waiting = async (stage: Stage): Promise<number> => (await leftOf(stage)).moving;
