import type { Fault } from "./fault.ts";
import { settled } from "./healing.ts";
import { aReporter } from "./work.ts";

/** F6. */
export const replyLost: Fault = {
  name: "reply-lost",
  title:
    "failure 1: of what the QMS has done, four answers of ten get lost: each record and each comment is there once, and in order",
  async bring(stage) {
    const reporter = await aReporter(stage, await stage.tablet(), 4);
    let lost = 0;
    stage.way.meddle({
      after: async ({ method }) => {
        if (method === "GET" || stage.chance.next() >= 0.4) return undefined;
        lost += 1;
        return "lost";
      },
    });
    for (let defect = 0; defect < 20; defect += 1) await reporter.log();
    for (let more = 0; more < 40; more += 1) await reporter.tell();
    await settled(stage);
    stage.hit("answers of the QMS lost after it had done it", lost);
    return `${lost} answers lost`;
  },
};
