import { parseArgs } from "node:util";
import { disconnect } from "#lib/db/client";
import { replayRecord } from "./replay.queries.ts";

// Decides every command of the record again, as the role that can only read. Exit code 1: the rules of
// this version say otherwise, or fewer commands than were asked for could be decided again.
const { values } = parseArgs({ options: { "at-least": { type: "string", default: "0" } } });
const atLeast = Number(values["at-least"]);

const found = await replayRecord();
await disconnect();

/** What differs and a little around it: an event with everything it holds fills a screen. */
const excerpt = (text: string, at: number) =>
  `${at > 0 ? "…" : ""}${text.slice(at, at + 200)}${text.length > at + 200 ? "…" : ""}`;
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`Decided again: ${found.same + found.different} commands of ${found.travelers} travelers.`);
say(`  ${found.same} as they were, ${found.different} otherwise.`);
say(`  ${found.turnedAway} were turned away before the rules.`);
if (found.older > 0) say(`  ${found.older} are older than what receipts keep.`);
if (found.disposed > 0) say(`  ${found.disposed} need words or names that were disposed of.`);
for (const { command, type, why, was, is } of found.differences) {
  const at = Math.max(0, [...was].findIndex((letter, n) => letter !== is[n]) - 60);
  say(`${type} ${command}: ${why}`);
  say(`  was ${excerpt(was, at)}`);
  say(`  is  ${excerpt(is, at)}`);
}
if (found.different > 0) process.exitCode = 1;
if (found.same < atLeast) {
  say(`At least ${atLeast} were to be decided again.`);
  process.exitCode = 1;
}
