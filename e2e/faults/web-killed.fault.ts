import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { aShift } from "./work.ts";

const kills = 8;

/** F1. */
export const webKilled: Fault = {
  name: "web-killed",
  title:
    "the web is killed in the middle of sign-offs: what a tablet was told is stored, and stored once",
  async bring(stage) {
    const shift = await aShift(stage, 480);
    const restarts: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(stage.chance.between(200, 1_200));
      await shift.nextPost();
      // From before it is decided until after it is answered.
      await pause(stage.chance.between(0, 30));
      await stage.web.kill();
      stage.hit("kill -9 of the web");
      restarts.push(await stage.web.start());
    }
    await shift.end();
    const lost = stage.tablets.reduce((sum, tablet) => sum + tablet.lost(), 0);
    stage.hit("requests without an answer", lost);
    return `answers again after ${(Math.max(...restarts) / 1000).toFixed(1)} s at most; ${lost} requests without an answer`;
  },
};
