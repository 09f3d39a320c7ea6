import { fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { CommandVerdict } from "#lib/travelers/schema";

/** What a tablet was told of a command. */
export type Told = {
  id: string;
  verdict: CommandVerdict["verdict"];
  /** What tells one answer from another to the same command. */
  said: string;
  /** How many entries it says were appended. */
  entries: number;
};

/** In the order of its tablet. */
export type Made = { id: string; by: string };

type Line = { made: readonly Made[] } | { sent: readonly string[] } | { told: readonly Told[] };

/** What the tablets did and were told, in a file outside of everything that is killed. */
export type Ledger = {
  made(commands: readonly Made[]): void;
  sent(commands: readonly string[]): void;
  told(verdicts: readonly CommandVerdict[]): void;
  /** From the file. */
  read(): { made: Made[]; sent: number; told: Told[] };
};

export function aLedger(file: string): Ledger {
  const out = openSync(file, "a");
  // On the disk before anybody counts it.
  const write = (line: Line) => {
    writeSync(out, `${JSON.stringify(line)}\n`);
    fsyncSync(out);
  };
  return {
    made: (commands) => write({ made: commands }),
    sent: (commands) => write({ sent: commands }),
    told: (verdicts) => write({ told: verdicts.map(toldBy) }),
    read: () => {
      const lines = readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Line);
      return {
        made: lines.flatMap((line) => ("made" in line ? line.made : [])),
        sent: lines.flatMap((line) => ("sent" in line ? line.sent : [])).length,
        told: lines.flatMap((line) => ("told" in line ? line.told : [])),
      };
    },
  };
}

function toldBy(verdict: CommandVerdict): Told {
  const isApplied = verdict.verdict === "applied";
  const said = isApplied
    ? `${verdict.seq} ${verdict.head}`
    : verdict.verdict === "recorded_not_applied"
      ? verdict.refusal.code
      : "";
  const entries = isApplied ? verdict.events.length : 0;
  return { id: verdict.id, verdict: verdict.verdict, said, entries };
}
