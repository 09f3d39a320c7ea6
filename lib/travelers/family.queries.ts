import "server-only";
import { forSite } from "#lib/db/client";
import type { Localized } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { contentOf, knownContents } from "./contents.queries.ts";
import { remainingOf } from "./lot-balance.rules.ts";
import { differs, type MergeWhy, tiedBy } from "./lots.rules.ts";
import { plannedStep } from "./plan.rules.ts";
import { nextStep } from "./progress.rules.ts";
import type { TravelerState, TravelerStatus } from "./state.schema.ts";

/** `joined`: merged into this one; `went_to`: where this one was merged; `order`: only of the same order. */
export type Relation = "parent" | "child" | "joined" | "went_to" | "brother" | "order";

/** Another lot of the same order, as somebody sees it who stands at this one. */
export type FamilyLot = {
  traveler: string;
  lot: string;
  relation: Relation;
  status: TravelerStatus;
  remaining: string;
  /** The step it waits at; null: nothing is left to do. */
  at: { number: string; title: Localized } | null;
  /** Why it can't be merged into this one; null: it can. */
  why: MergeWhy | null;
};

export type LotFamily = {
  /** Why nothing can be merged into this one as it is now; null: something may. */
  own: MergeWhy | null;
  lots: FamilyLot[];
};

const lotsMax = 200;
const relations: readonly Relation[] = ["parent", "child", "joined", "went_to", "brother", "order"];

/** The other lots of this one's order, nearest kin first. Null: not at this site, or no lot. */
export async function lotFamily(actor: Actor, traveler: string): Promise<LotFamily | null> {
  const site = forSite(actor.site);
  const own = await site.traveler.findFirst({
    where: { id: traveler, siteId: actor.site, lot: { not: null } },
    select: { workOrder: true },
  });
  if (!own) return null;
  const others = await site.traveler.findMany({
    where: {
      siteId: actor.site,
      workOrder: own.workOrder,
      lot: { not: null },
      id: { not: traveler },
    },
    select: { id: true },
    orderBy: [{ lot: "asc" }, { id: "asc" }],
    take: lotsMax,
  });
  const loaded = await loadForCommand(actor.site, {
    ...askNothing,
    traveler,
    known: knownContents(),
    travelers: others.map(({ id }) => id),
    lot: { serials: [] },
  });
  if (!loaded.traveler?.state || !loaded.revision) return null;
  const { state } = loaded.traveler;
  const content = contentOf(loaded.revision.contentSha256, loaded.content);
  const lots = loaded.others.map(({ state: other }): FamilyLot => {
    const isSame = other.revision.contentSha256 === state.revision.contentSha256;
    const next = isSame && isOpen(other) ? nextStep(other, content) : null;
    const step = next?.step ? plannedStep(content, next.step)?.step : undefined;
    return {
      traveler: other.id,
      lot: other.unit.lot ?? "",
      relation: relationTo(state, other),
      status: other.status,
      remaining: remainingOf(other),
      at: step ? { number: step.number, title: step.title } : null,
      why: differs({ state, content, lot: loaded.lot && factsOf(loaded.lot) }, other),
    };
  });
  return {
    own: isOpen(state) ? tiedBy(state, loaded.lot && factsOf(loaded.lot)) : "closed",
    lots: lots.toSorted(
      (a, b) =>
        relations.indexOf(a.relation) - relations.indexOf(b.relation) ||
        a.lot.localeCompare(b.lot, "en", { numeric: true }),
    ),
  };
}

const isOpen = ({ status }: TravelerState): boolean =>
  ["released", "in_work", "on_hold"].includes(status);

const factsOf = ({ heldOutside }: { heldOutside: readonly string[] }) => ({
  head: "",
  isChildTaken: false,
  serialsTaken: [],
  heldOutside,
});

function relationTo(own: TravelerState, other: TravelerState): Relation {
  if (own.mergedInto === other.id) return "went_to";
  if (other.mergedInto === own.id) return "joined";
  if (own.origin?.traveler === other.id) return "parent";
  if (other.origin?.traveler === own.id) return "child";
  const isBrother = own.origin !== null && own.origin.traveler === other.origin?.traveler;
  return isBrother ? "brother" : "order";
}
