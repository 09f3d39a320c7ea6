import { expect, it } from "vitest";
import { forSite } from "#lib/db/client";
import { buyoffsDue } from "#lib/travelers/buyoffs.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import { seedDemo } from "./demo.ts";
import { demoSites } from "./plant.ts";
import { personNamed } from "./play.ts";
import { instructionFiles } from "./reference.ts";
import { personId } from "./staff.ts";

it("what the README begins with: FSB-0121 waits for an inspector, and one torqued its bolts himself", async () => {
  await seedDemo("2026-03-02T12:00:00.000Z", "small", undefined, new Set(["FSB-0121"]));
  const content = (await instructionFiles()).get("wi-4471-2210-rev-03");
  if (!content) throw new Error("no instruction");
  const { state: row } = await forSite(demoSites.ng1.id).traveler.findFirstOrThrow({
    where: { serial: "FSB-0121" },
  });
  const state = row as unknown as TravelerState;
  const due = buyoffsDue(state, content).map(({ requirement }) => requirement.type);
  expect(due).toEqual(["inspection"]);
  const torque = content.operations.find(({ number }) => number === "060")?.steps ?? [];
  const worked = torque.flatMap(({ id }) => state.steps[id]?.performedBy ?? []);
  expect(new Set(worked)).toEqual(new Set([personId(personNamed("Stellan Berg"))]));
  // The bond check that comes next is still to be measured.
  const bond = content.operations.find(({ number }) => number === "070")?.steps ?? [];
  expect(bond.map(({ id }) => state.steps[id]?.status)).toEqual(["not_started"]);
});
