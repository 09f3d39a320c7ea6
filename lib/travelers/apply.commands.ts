import "server-only";

import { append, notAppended } from "#lib/record/append.commands";
import { type Ask, askNothing, loadForCommand } from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import type { Act } from "./acts.rules.ts";
import { contentOf, knownContents, lastSeenState, rememberState } from "./contents.queries.ts";
import { decideAct, type Overruled } from "./decide-act.commands.ts";
import { Draft } from "./draft.commands.ts";
import { widened } from "./facts.queries.ts";
import { factsNeeded } from "./facts.rules.ts";
import type { Facts } from "./facts.schema.ts";
import type { CommandVerdict } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** How often a decision is taken again because somebody was faster. */
const attemptsMax = 16;
/** After so many collisions on a key it isn't a race: the key is taken. */
const collisionsMax = 3;
const retryAfterMs = 2000;

export type Applied = { verdicts: CommandVerdict[]; isWaiting: boolean };

/**
 * Decides consecutive commands of one traveler in order and writes them in one call; one by one if
 * the database refuses them together, so that one can't hold up its neighbours.
 */
export async function applyActs(
  site: string,
  traveler: string,
  acts: readonly Act[],
): Promise<Applied> {
  const together = await applyTogether(site, traveler, acts);
  if (together) return { verdicts: together, isWaiting: false };
  const verdicts: CommandVerdict[] = [];
  for (const act of acts) {
    const alone = acts.length > 1 ? await applyTogether(site, traveler, [act]) : null;
    if (!alone) break;
    verdicts.push(...alone);
  }
  const waiting = acts.slice(verdicts.length).map(({ command }) => retryLater(command.id));
  return { verdicts: [...verdicts, ...waiting], isWaiting: waiting.length > 0 };
}

export const retryLater = (id: string): CommandVerdict => ({
  id,
  verdict: "retry_later",
  afterMs: retryAfterMs,
});

/** Null: the database can't, or not all of these together. */
async function applyTogether(
  site: string,
  traveler: string,
  acts: readonly Act[],
): Promise<CommandVerdict[] | null> {
  let ask = askFor(site, traveler, acts);
  const fetched = new Map<string, Facts["qms"]>();
  const overruled: Overruled = new Map();
  for (let attempt = 1, collisions = 0; attempt <= attemptsMax; ) {
    const draft = await draftOf(site, ask);
    if (draft === "unavailable") return null;
    const decided = await decideAll(draft, acts, ask, fetched, overruled);
    if ("wider" in decided) {
      ask = decided.wider;
      continue;
    }
    if (draft.isEmpty) return draft.verdicts;
    const written = await append(site, decided.decision);
    if (written.ok) {
      if (draft.state) rememberState(draft.state);
      return draft.verdicts;
    }
    if (written.error === "unavailable") return null;
    collisions += written.error === "collides" ? 1 : 0;
    const isTaken = written.error === "id_taken" || collisions > collisionsMax;
    if (isTaken && (acts.length > 1 || overruled.size > 0)) return null;
    const [act] = acts;
    if (isTaken && act) {
      overruled.set(act.command.id, written.error === "id_taken" ? "id_taken" : "command_id_used");
    }
    attempt += 1;
  }
  return null;
}

async function draftOf(site: string, ask: Ask): Promise<Draft | "unavailable"> {
  try {
    return new Draft(await loadForCommand(site, { ...ask, known: knownContents() }));
  } catch (error) {
    if (notAppended(error) === "unavailable") return "unavailable";
    throw error;
  }
}

async function decideAll(
  draft: Draft,
  acts: readonly Act[],
  ask: Ask,
  fetched: Map<string, Facts["qms"]>,
  overruled: Overruled,
): Promise<{ decision: ReturnType<Draft["decision"]> } | { wider: Ask }> {
  const { loaded } = draft;
  const pinned = loaded.traveler?.state ? loaded.revision?.contentSha256 : undefined;
  const content = pinned ? contentOf(pinned, loaded.content) : null;
  const pin =
    loaded.revision && streamOf("instruction", loaded.revision.instruction, loaded.site.id);
  if (pin && !ask.streams.includes(pin))
    return { wider: { ...ask, streams: [...ask.streams, pin] } };
  for (const act of acts) {
    if (content && draft.state) {
      const wider = widened(ask, factsNeeded(act.command, draft.state, content));
      if (wider) return { wider };
    }
    await decideAct(draft, act, content, fetched, overruled);
  }
  return { decision: draft.decision(content) };
}

/** What the commands surely need; the gages, stock and people's qualifications by a guess at the state. */
function askFor(site: string, traveler: string, acts: readonly Act[]): Ask {
  const device = acts.find((act) => act.device)?.device;
  const people = [...new Set(acts.flatMap((act) => [act.person, act.second?.person ?? []].flat()))];
  const state = lastSeenState(traveler);
  const base: Ask = {
    ...askNothing,
    traveler,
    ...(device && { device: device.id }),
    people,
    proofs: acts.flatMap((act) => [act.proof ?? [], act.second?.proof ?? []].flat()),
    commands: acts.map((act) => act.command.id),
    blobs: acts.flatMap(({ command }) =>
      command.type === "attachPhoto" ? [command.body.sha256] : [],
    ),
    streams: [
      site,
      ...(device ? [device.id] : []),
      ...people.map((id) => streamOf("person", id, site)),
      ...(state ? [streamOf("instruction", state.revision.instruction, site)] : []),
    ],
  };
  return state ? acts.reduce((ask, act) => guessed(ask, act, state), base) : base;
}

function guessed(ask: Ask, act: Act, state: TravelerState): Ask {
  const content = contentOf(state.revision.contentSha256, null);
  return widened(ask, factsNeeded(act.command, state, content)) ?? ask;
}
