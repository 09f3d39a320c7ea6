import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { contentSha256, type InstructionContent } from "#lib/instructions/schema";
import { type Instant, plusMinutes } from "#lib/kit/time";
import { releaseTravelers } from "#lib/travelers/commands";
import type { TravelerState } from "#lib/travelers/state.schema";
import { simulatedClock } from "./identity.ts";
import type { Job } from "./job.ts";
import { type Album, pictureAt } from "./pictures.ts";
import type { Kit } from "./plan.ts";
import type { demoSites } from "./plant.ts";
import { firstShift, kitOf } from "./play.ts";
import { done } from "./staff.ts";
import { tabletFor } from "./tablet.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

export type Opening = {
  site: Site;
  order: string;
  unit: string;
  content: InstructionContent;
  album: Album;
  /** Pieces, where the unit is a lot. */
  quantity?: string | undefined;
  /** When it is released; work starts a quarter of an hour later. */
  at: Instant;
  values?: Readonly<Record<string, string>> | undefined;
  crew?: Job["crew"];
  measured?: Kit["measured"];
  /** Other lots and gages than those that lie at hand, by part and by type. */
  lots?: Readonly<Record<string, string>> | undefined;
  gages?: Readonly<Record<string, string>> | undefined;
};

/** Releases a unit to the floor, and lays out what is needed to work on it. */
export async function openUnit(opening: Opening): Promise<Job> {
  const { site, order, unit, quantity, content, at } = opening;
  const [released] = await done(
    releaseTravelers(actorOfSeed(site.id), {
      workOrder: order,
      contentSha256: contentSha256(content),
      units: quantity === undefined ? { serials: [unit] } : { lot: unit, quantity },
      at,
      recordedAt: at,
    }),
  );
  return jobOn(released?.id ?? "", { ...opening, at: plusMinutes(at, 15) });
}

/** A unit that is there, and what is needed to work on it from then on. */
export async function jobOn(traveler: string, opening: Opening): Promise<Job> {
  const { site, order, unit, content, album, at, crew = () => firstShift } = opening;
  const row = await forSite(site.id).traveler.findUniqueOrThrow({
    where: { id: traveler },
    select: { state: true },
  });
  const clock = simulatedClock(at, `${site.code}/${order}/${unit}`);
  const { lots, gages, values, measured } = opening;
  const given = { ...(values ? { values } : {}), ...(measured ? { measured } : {}) };
  const kit = {
    ...kitOf({ order, unit, lots, gages, ...given }, clock),
    picture: pictureAt(content, album, unit),
  };
  const state = row.state as unknown as TravelerState;
  const tablet = await tabletFor(site, unit, state.id);
  return { site, content, state, clock, kit, crew, tablet, album, verdicts: new Map() };
}
