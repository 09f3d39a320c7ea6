import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type Count,
  counted,
  countOfPlaywright,
  countOfVitest,
  FailedGate,
  inTurn,
} from "./gates.ts";
import { newParts } from "./parts.ts";

let logs = "";
beforeAll(async () => {
  logs = await mkdtemp(path.join(tmpdir(), "buyoff-gates-"));
});
afterAll(() => rm(logs, { recursive: true }));

const green: Count = { passed: 12, failed: 0 };
it("says how a program ended that left no word", async () => {
  const program = {
    name: "tests",
    args: ["-e", "process.kill(process.pid, 'SIGKILL')"],
    environment: {},
    isOurs: false,
  };
  const judged = counted(program, { logs, parts: newParts() }, async () => green);
  await expect(judged).rejects.toThrow(/tests ended by itself \(SIGKILL\)/);
});

/** A program that ends as `script` says, beside a report that says `count`. */
async function judgedAs(script: string, read: () => Promise<Count>): Promise<Count | "nothing"> {
  const program = { name: "tests", args: ["-e", script], environment: {}, isOurs: false };
  try {
    return await counted(program, { logs, parts: newParts() }, read);
  } catch (error) {
    return error instanceof FailedGate ? error.count : "nothing";
  }
}

it("takes a report's word where the program ended well", async () => {
  expect(await judgedAs("0", async () => green)).toEqual(green);
});

it("counts a failure where the program was killed, whatever its report says", async () => {
  const killed = "process.kill(process.pid, 'SIGKILL')";
  expect(await judgedAs(killed, async () => green)).toEqual({ passed: 12, failed: 1 });
  expect(await judgedAs("process.exit(3)", async () => green)).toEqual({ passed: 12, failed: 1 });
});

it("counts a failure where there is no report, or one that counted nothing", async () => {
  const none = { passed: 0, failed: 1 };
  expect(await judgedAs("0", () => Promise.reject(new Error("no file")))).toEqual(none);
  expect(await judgedAs("0", async () => ({ passed: 0, failed: 0 }))).toEqual(none);
  expect(await judgedAs("0", async () => countOfPlaywright({}))).toEqual(none);
});

it("counts what was left out, or passed only the second time, as failed", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 4 };
  expect(countOfPlaywright({ stats })).toEqual({ passed: 5, failed: 7 });
  const report = { numPassedTests: 7, numTotalTests: 10, numPendingTests: 2, numFailedTests: 1 };
  expect(countOfVitest(report)).toEqual({ passed: 7, failed: 3 });
});

it("goes on to what runs alone whatever came before, adds the two up, and takes nothing for nothing", async () => {
  const ran: string[] = [];
  const run = (name: string, count: Count) => async () => {
    ran.push(name);
    if (count.failed > 0) throw new FailedGate(name, count);
    return count;
  };
  const none = { passed: 0, failed: 0 };
  expect(await inTurn([run("all", green), run("alone", none)])).toEqual(green);
  expect(await inTurn([run("all", none), run("alone", green)])).toEqual(green);
  const red = inTurn([run("red", { passed: 3, failed: 2 }), run("after", green)]);
  await expect(red).rejects.toMatchObject({ count: { passed: 15, failed: 2 }, message: "red" });
  expect(ran.at(-1)).toBe("after");
  await expect(inTurn([run("all", none), run("alone", none)])).rejects.toMatchObject({
    count: { passed: 0, failed: 1 },
  });
  // Without a report there was no run, also where one may find nothing.
  const program = { name: "tests", args: ["-e", "0"], environment: {}, isOurs: false };
  const workplace = { logs, parts: newParts() };
  const unread = counted(program, workplace, () => Promise.reject(new Error("no file")), {
    mayBeEmpty: true,
  });
  await expect(unread).rejects.toMatchObject({ count: { passed: 0, failed: 1 } });
});
