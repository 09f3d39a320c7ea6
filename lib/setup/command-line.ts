import { execFileSync } from "node:child_process";

/** The command line of a running process; empty where there is none, or where the system can't say. */
export function commandOf(pid: number): string {
  if (process.platform === "win32") return "";
  try {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}
