import { actorOfDevice, actorOfSeed } from "#lib/boundary/actor";
import { reading, turnAway } from "#lib/boundary/endpoint";
import { env } from "#lib/kit/env";
import { demoKit } from "#lib/people/demo.commands";

export const dynamic = "force-dynamic";

export const GET = reading("public", async (_nobody, { request }) => {
  // As if it didn't exist, where it doesn't.
  if (!env.BUYOFF_DEMO) return turnAway("unknown", 404);
  const { demoPeople } = await import("../../../../prisma/seed/people.ts");
  const { demoSites } = await import("../../../../prisma/seed/plant.ts");
  const device = await actorOfDevice(request);
  if (device) return demoKit(actorOfSeed(device.site), demoPeople, []);
  // A tablet that is nobody's yet may become one of either plant.
  const plants = Object.values(demoSites).map(({ id }) => actorOfSeed(id));
  return demoKit(actorOfSeed(demoSites.ng1.id), demoPeople, plants);
});
