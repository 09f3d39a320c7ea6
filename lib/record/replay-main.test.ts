import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { aHold, aPlant, asAdministrator, firstStep, released } from "#lib/db/test-record-plant";

const replay = (...args: string[]) =>
  spawnSync(process.execPath, ["--conditions=react-server", "lib/record/replay-main.ts", ...args], {
    env: { ...process.env, BUYOFF_DB_ROLE: "verify" },
    encoding: "utf8",
  });

it("counts what it decided again, as the role that only reads, and ends badly on fewer or on a difference", {
  timeout: 120_000,
}, async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const work = [...firstStep(plant), aHold()];
  await tablet.send(...work.map((of) => tablet.envelope(plant.people.operator, traveler, of)));

  const good = replay("--at-least", "5");
  expect(good.stderr).toBe("");
  expect(good.stdout).toMatch(
    /^Decided again: 5 commands of 1 travelers\.\n {2}5 as they were, 0 otherwise\./,
  );
  expect(good.status).toBe(0);
  const few = replay("--at-least", "6");
  expect(few.stdout).toContain("At least 6 were to be decided again.");
  expect(few.status).toBe(1);

  await asAdministrator(async (client) => {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query("update receipts set said = replace(said, 'quality_doubt', 'x')");
    await client.query("commit");
  });
  const bad = replay();
  expect(bad.stdout).toContain("placeHold");
  expect(bad.stdout).toContain("the rules say otherwise");
  expect(bad.status).toBe(1);
});
