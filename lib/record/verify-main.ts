import { disconnect } from "#lib/db/client";
import { verifyRecord } from "./verify.queries.ts";

// Re-checks the whole record as the role that can only read. Exit code 1: something does not hold.
const { streams, entries, broken } = await verifyRecord(() => undefined);
await disconnect();

if (broken) {
  const where = `entry ${broken.seq} of ${broken.kind} stream ${broken.stream}`;
  process.stdout.write(`The record does not hold: ${where}: ${broken.problem}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`The record holds: ${entries} entries in ${streams} streams.\n`);
}
