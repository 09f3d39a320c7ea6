import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { aPlant, asAdministrator, firstStep, released } from "#lib/db/test-record-plant";

const verify = () =>
  spawnSync(process.execPath, ["--conditions=react-server", "lib/record/verify-main.ts"], {
    env: { ...process.env, BUYOFF_DB_ROLE: "verify" },
    encoding: "utf8",
  });

it("re-checks every stream as the role that only reads, and names the first broken entry", {
  timeout: 60_000,
}, async () => {
  const plant = await aPlant();
  const travelers = await released(plant, "S-1", "S-2", "S-3");
  const tablet = await plant.tablet();
  for (const traveler of travelers) {
    await tablet.send(
      ...firstStep(plant).map((of) => tablet.envelope(plant.people.operator, traveler, of)),
    );
  }
  const whole = verify();
  expect(whole.stderr).toBe("");
  expect(whole.stdout).toMatch(/^The record holds: 15 entries in \d+ streams\.\n$/);
  expect(whole.status).toBe(0);

  await asAdministrator(async (client) => {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query("update entries set shift = 'none' where stream_id = $1 and seq = 3", [
      travelers[1],
    ]);
    await client.query("commit");
  });
  const broken = verify();
  expect(broken.stdout).toContain(
    `entry 3 of traveler stream ${travelers[1]}: columns_differ_from_line`,
  );
  expect(broken.status).toBe(1);
});
