import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "./stage.ts";

/** Everything runs again and nobody meddles. */
export async function heal(stage: Stage): Promise<void> {
  stage.way.meddle({});
  await stage.configure({});
  if (!stage.web.isRunning()) await stage.web.start();
  if (stage.workers.running() === 0) stage.workers.start();
  for (const tablet of stage.tablets) tablet.wake();
}

/** Resolves when the fact is there; says what was waited for when it never comes. */
export async function eventually(
  what: string,
  fact: () => Promise<boolean>,
  withinMs = 180_000,
): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await fact())) {
    if (performance.now() > endsAt) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await pause(100);
  }
}

/** What never comes fails, and holds up nothing else. */
export async function inTime<T>(what: string, coming: Promise<T>, withinMs = 180_000): Promise<T> {
  const late = pause(withinMs, undefined, { ref: false }).then((): T => {
    throw new Error(`${what}: not within ${withinMs / 1000} s`);
  });
  return Promise.race([coming, late]);
}

/** Waits until nothing is left, for as long as it becomes less. */
export async function emptied(what: string, left: () => Promise<number>): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let seenAt = performance.now();
  for (;;) {
    const now = await left();
    if (now === 0) return;
    if (now < least) {
      least = now;
      seenAt = performance.now();
    }
    if (performance.now() - seenAt > 180_000)
      throw new Error(`${what}: ${now} left, and for three minutes no fewer`);
    await pause(100);
  }
}

type Left = { queued: number; moving: number; stopped: number };

export async function leftOf(stage: Stage): Promise<Left> {
  const [left] = await stage.look<Left>(
    `select (select count(*) from routing_queue)::int as queued,
       count(*) filter (where state in ('pending', 'gated', 'sending', 'outcome_unknown', 'delivered'))::int as moving,
       count(*) filter (where state in ('parked', 'dead', 'cancelled'))::int as stopped
       from deliveries where site_id = $1`,
    [stage.plant.site],
  );
  return left ?? { queued: -1, moving: -1, stopped: -1 };
}

export async function unanswered(stage: Stage): Promise<number> {
  let waiting = 0;
  for (const tablet of stage.tablets) waiting += await tablet.waiting();
  return waiting;
}

/** Every command has its answer, every entry is routed, and every message is in the QMS. */
export async function settled(stage: Stage): Promise<void> {
  await emptied("commands without an answer", () => unanswered(stage));
  await emptied("entries to be routed and messages on their way", async () => {
    const { queued, moving } = await leftOf(stage);
    return queued + moving;
  });
  const { stopped } = await leftOf(stage);
  if (stopped > 0) throw new Error(`${stopped} messages stopped and wait for a person`);
}
