import { db } from "#lib/db/client";
import { type Instant, millis } from "#lib/kit/time";

let told = 0;
const toldDate = new Proxy(Date, {
  construct: (real, given) => Reflect.construct(real, given.length > 0 ? given : [told]),
  get: (real, name) => (name === "now" ? () => told : Reflect.get(real, name)),
});

/**
 * From here on it is that time for this program, and for the database as whoever makes the demo's history sees it
 * (lib/setup/demo-clock.ts). `runs`: what takes time in the database takes it, such as an answer that is waited for.
 */
export async function tellTime(at: Instant, { runs = false } = {}): Promise<void> {
  told = millis(at);
  globalThis.Date = toldDate;
  await db.$executeRaw`
    update demo_clock.told
       set at = ${at}::timestamptz, runs_since = case when ${runs} then pg_catalog.clock_timestamp() end`;
}
