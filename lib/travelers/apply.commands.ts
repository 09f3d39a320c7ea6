import "server-only";

import { log } from "#lib/kit/log";
import { commandsTotal } from "#lib/kit/metrics";
import { type Instant, instant, millis, plusMinutes } from "#lib/kit/time";
import { append, isUndecidable, notAppended } from "#lib/record/append.commands";
import { type Ask, askNothing, type LoadedPerson, loadForCommand } from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import type { Act } from "./acts.rules.ts";
import {
  contentOf,
  knownContent,
  knownContents,
  lastInstructions,
  lastSeenState,
  rememberInstruction,
  rememberState,
} from "./contents.queries.ts";
import { decideAct, type Overruled, type Overruling } from "./decide-act.commands.ts";
import { Draft } from "./draft.commands.ts";
import { widened } from "./facts.queries.ts";
import { factsNeeded } from "./facts.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { rememberStored } from "./kept-facts.commands.ts";
import type { CommandVerdict } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** How often a decision is taken again because somebody was faster. */
const attemptsMax = 16;
/** After so many collisions on a key it isn't a race: the key is taken. */
const collisionsMax = 3;
const retryAfterMs = 2000;

export type Applied = {
  verdicts: CommandVerdict[];
  isWaiting: boolean;
  /** Whom the decisions were read with, by id. */
  people: Readonly<Record<string, LoadedPerson>>;
};

/**
 * Decides consecutive commands of one traveler in order and writes them in one call; one by one if
 * the database refuses them together or one of them fails, so that one can't hold up its neighbours.
 */
export async function applyActs(
  site: string,
  traveler: string,
  acts: readonly Act[],
): Promise<Applied> {
  const drafts = await decidedOf(site, traveler, acts);
  const verdicts = drafts.flatMap((draft) => draft.verdicts);
  const waiting = acts.slice(verdicts.length).map(({ command }) => retryLater(command.id));
  const all = [...verdicts, ...waiting];
  for (const [index, verdict] of all.entries()) count(acts[index]?.command.type ?? "", verdict);
  const people = Object.assign({}, ...drafts.map(({ loaded }) => loaded.people));
  return { verdicts: all, isWaiting: waiting.length > 0, people };
}

async function decidedOf(site: string, traveler: string, acts: readonly Act[]): Promise<Draft[]> {
  const together = await applyTogether(site, traveler, acts);
  if (together) return [together];
  const drafts: Draft[] = [];
  for (const act of acts) {
    const alone = acts.length > 1 ? await applyTogether(site, traveler, [act]) : null;
    if (!alone) break;
    drafts.push(alone);
  }
  return drafts;
}

const count = (type: string, answer: CommandVerdict): void => {
  const refusal = answer.verdict === "recorded_not_applied" ? answer.refusal.code : "";
  commandsTotal.inc({ type, verdict: answer.verdict, refusal });
};

export const retryLater = (id: string): CommandVerdict => ({
  id,
  verdict: "retry_later",
  afterMs: retryAfterMs,
});

/** One try after another at the same commands, and what was learned on the way. */
type Course = {
  site: string;
  acts: readonly Act[];
  ask: Ask;
  fetched: Map<string, Facts["qms"]>;
  overruled: Overruled;
  collisions: number;
  failures: number;
};

/** What was written of them. Null: the database can't, or not all of these together. */
async function applyTogether(
  site: string,
  traveler: string,
  acts: readonly Act[],
): Promise<Draft | null> {
  const course: Course = {
    site,
    acts,
    ask: askFor(site, traveler, acts),
    fetched: new Map(),
    overruled: new Map(),
    collisions: 0,
    failures: 0,
  };
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const outcome = await attempted(course).catch((error) => failed(course, error));
    if (outcome === "waits") return null;
    if (outcome !== "again") return outcome;
  }
  return null;
}

type Outcome = Draft | "again" | "waits";

async function attempted(course: Course): Promise<Outcome> {
  const { site } = course;
  const draft = await widestDraft(course);
  if (draft.isEmpty) return draft;
  const decision = draft.decision();
  const written = await append(site, decision);
  if (written.ok) {
    for (const state of draft.states) rememberState(state);
    rememberStored(site, decision.facts);
    return draft;
  }
  if (written.error === "unavailable") return "waits";
  course.collisions += written.error === "collides" ? 1 : 0;
  const isTaken = written.error === "id_taken" || course.collisions > collisionsMax;
  if (!isTaken) return "again";
  return overrule(course, written.error === "id_taken" ? "id_taken" : "command_id_used");
}

/** Refused by no rule, but in the end: alone, and once. */
function overrule(course: Course, why: Overruling): "again" | "waits" {
  const { acts, overruled } = course;
  const [act] = acts;
  if (!act || acts.length > 1 || overruled.size > 0) return "waits";
  overruled.set(act.command.id, why);
  return "again";
}

/**
 * What is wrong with this one command stays wrong however often it is sent: alone, and tried twice, it
 * is refused, so that the tablet behind it goes on. Whatever else fails is not this command's fault.
 */
function failed(course: Course, error: unknown): "again" | "waits" {
  const { acts } = course;
  const [act] = acts;
  if (notAppended(error) === "unavailable") return "waits";
  if (!act || !isUndecidable(error)) throw error;
  if (acts.length > 1) return "waits";
  course.failures += 1;
  if (course.failures === 1) return "again";
  const { command, traveler, device } = act;
  const where = { command: command.id, type: command.type, traveler, device: device?.id };
  log.error({ err: error, ...where }, "a command can't be decided");
  return overrule(course, "not_decided");
}

/** All of them decided on one snapshot that holds every fact that they ask for. */
async function widestDraft(course: Course): Promise<Draft> {
  for (;;) {
    const { site, ask } = course;
    const draft = new Draft(await loadForCommand(site, { ...ask, known: knownContents() }));
    const wider = await decideAll(draft, course);
    if (!wider) return draft;
    course.ask = wider;
  }
}

/** Gives what has to be asked for besides; null: all are decided. */
async function decideAll(draft: Draft, course: Course): Promise<Ask | null> {
  const { loaded } = draft;
  const { acts, ask, fetched, overruled } = course;
  const pinned = loaded.traveler?.state ? loaded.revision?.contentSha256 : undefined;
  // Reading the content, or folding the state in its light, may be what fails: what is given up goes
  // without, and stays out of the traveler's history.
  const isGivenUp = acts.some(({ command }) => overruled.get(command.id) === "not_decided");
  if (pinned && !isGivenUp) draft.content = contentOf(pinned, loaded.content);
  const { content } = draft;
  if (loaded.revision) rememberInstruction(loaded.revision.instruction);
  const pin =
    loaded.revision && streamOf("instruction", loaded.revision.instruction, loaded.site.id);
  if (pin && !ask.streams.includes(pin)) return { ...ask, streams: [...ask.streams, pin] };
  for (const act of acts) {
    if (content && draft.state) {
      const wider = widened(ask, factsNeeded(act.command, draft.state, content));
      if (wider) return wider;
    }
    await decideAct(draft, act, fetched, overruled);
  }
  return null;
}

/** What the commands surely need; the gages, stock and people's qualifications by a guess at the state. */
function askFor(site: string, traveler: string, acts: readonly Act[]): Ask {
  const device = acts.find((act) => act.device)?.device;
  const people = [...new Set(acts.flatMap((act) => [act.person, act.second?.person ?? []].flat()))];
  const state = lastSeenState(traveler);
  const base: Ask = {
    ...askNothing,
    traveler,
    ...(device && { device: device.id, since: sinceWhen(acts) }),
    people,
    proofs: acts.flatMap((act) => [act.proof ?? [], act.second?.proof ?? []].flat()),
    commands: acts.map((act) => act.command.id),
    blobs: acts.flatMap(({ command }) =>
      command.type === "attachPhoto" ||
      (command.type === "attachMeasurementRecord" && command.body.uri === null)
        ? [command.body.sha256]
        : [],
    ),
    streams: [
      site,
      ...(device ? [device.id] : []),
      ...people.map((id) => streamOf("person", id, site)),
      ...(state ? [state.revision.instruction] : lastInstructions()).map((id) =>
        streamOf("instruction", id, site),
      ),
    ],
  };
  return state ? acts.reduce((ask, act) => guessed(ask, act, state), base) : base;
}

/** No grant is good for longer: a badge withdrawn before then opened none of these periods. */
const grantHoursMax = 24;

/** From when on it can matter to these acts what happened at the plant. */
function sinceWhen(acts: readonly Act[]): Instant {
  const moments = acts.flatMap(({ clock, knewAt }) =>
    clock ? [knewAt ?? [], clock.lastServerContact ?? [], correctedWall(clock)].flat() : [],
  );
  const earliest = moments.toSorted()[0] ?? instant(Date.now());
  return plusMinutes(earliest, -grantHoursMax * 60);
}

const correctedWall = ({ wall, skew }: { wall: Instant; skew: number }): Instant =>
  instant(millis(wall) + skew);

function guessed(ask: Ask, act: Act, state: TravelerState): Ask {
  const content = knownContent(state.revision.contentSha256);
  if (!content) return ask;
  try {
    return widened(ask, factsNeeded(act.command, state, content)) ?? ask;
  } catch {
    // Asked again where the command is decided: what fails there is told.
    return ask;
  }
}
