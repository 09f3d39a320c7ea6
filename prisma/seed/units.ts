import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { contentSha256, type InstructionContent } from "#lib/instructions/schema";
import { type Instant, plusMinutes } from "#lib/kit/time";
import { releaseTravelers } from "#lib/travelers/commands";
import type { TravelerState } from "#lib/travelers/state.schema";
import { simulatedClock } from "./identity.ts";
import { pictureAt } from "./pictures.ts";
import type { Kit } from "./plan.ts";
import type { demoSites } from "./plant.ts";
import { firstShift, type Job, kitOf } from "./play.ts";
import { done } from "./staff.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

export type Opening = {
  site: Site;
  order: string;
  unit: string;
  content: InstructionContent;
  pictures: ReadonlyMap<string, ReturnType<Kit["picture"]>>;
  /** Pieces, where the unit is a lot. */
  quantity?: string | undefined;
  /** When it is released; work starts a quarter of an hour later. */
  at: Instant;
  values?: Readonly<Record<string, string>> | undefined;
  crew?: readonly string[];
};

/** Releases a unit to the floor, and lays out what is needed to work on it. */
export async function openUnit(opening: Opening): Promise<Job> {
  const { site, order, unit, quantity, content, at, crew = firstShift } = opening;
  const [released] = await done(
    releaseTravelers(actorOfSeed(site.id), {
      workOrder: order,
      contentSha256: contentSha256(content),
      units: quantity === undefined ? { serials: [unit] } : { lot: unit, quantity },
      at,
      recordedAt: at,
    }),
  );
  const row = await forSite(site.id).traveler.findUniqueOrThrow({
    where: { id: released?.id ?? "" },
    select: { state: true },
  });
  const clock = simulatedClock(plusMinutes(at, 15), `${site.code}/${order}/${unit}`);
  const values = opening.values ? { values: opening.values } : {};
  const kit = {
    ...kitOf({ order, unit, ...values }, clock),
    picture: pictureAt(content, opening.pictures),
  };
  return { site, content, state: row.state as unknown as TravelerState, clock, kit, crew };
}
