import { type Instant, instant, millis } from "#lib/kit/time";

/**
 * What two clocks say to each other. The server's time at the moment of its answer lies within half the
 * round trip of the middle of it (F. Cristian, "Probabilistic clock synchronization", Distributed
 * Computing 3, 1989; the offset and delay of NTP, RFC 5905 §8, with the server's two stamps as one).
 */
export type Sample = {
  /** Server's clock minus the tablet's, in milliseconds. */
  skew: number;
  /** By how much that may be wrong at the moment of the exchange. */
  halfTripMs: number;
  /** The tablet's clocks when the answer came. */
  wallMs: number;
  monotonicMs: number;
  bootId: string;
};
export type Reading = Pick<Sample, "wallMs" | "monotonicMs" | "bootId">;

/**
 * How fast two clocks may part: NTP reckons with 15 ppm for one that it disciplines (RFC 5905 §11.1);
 * a tablet's crystal in a cold or hot hall that nothing corrects, with 100 ppm.
 */
export const driftPerMs = 100e-6;
/** What a wall clock and a monotonic one may differ by without anybody having set one of them. */
export const stepMinMs = 2_000;
/** From here on a clock that was wrong is told: who reads minutes would notice. */
export const tellMinMs = 60_000;
/** How long a request may have been on its way before the tablet gives it up. */
export const tripMaxMs = 15_000;
/** Of a tablet's build that does not say how sure it is of its clock. */
const unsaidUncertaintyMs = 2_000;

export function sampled(of: {
  serverTime: Instant;
  sentMonotonicMs: number;
  heard: Reading;
}): Sample {
  const { serverTime, sentMonotonicMs, heard } = of;
  const halfTripMs = Math.max(0, heard.monotonicMs - sentMonotonicMs) / 2;
  return { skew: millis(serverTime) + halfTripMs - heard.wallMs, halfTripMs, ...heard };
}

/** How much further the wall clock went than the monotonic one; null: started again between. */
export const stepped = (from: Reading, to: Reading): number | null =>
  from.bootId === to.bootId ? to.wallMs - from.wallMs - (to.monotonicMs - from.monotonicMs) : null;

/** By how much the skew may be wrong by now: half the round trip, widened by what clocks drift. */
export function uncertaintyAt(sample: Sample, now: Reading): number {
  const byMonotonic = sample.bootId === now.bootId ? now.monotonicMs - sample.monotonicMs : 0;
  const elapsedMs = Math.max(0, now.wallMs - sample.wallMs, byMonotonic);
  return Math.ceil(sample.halfTripMs + elapsedMs * driftPerMs);
}

/**
 * The better of two: a quick exchange of a while ago says more than a slow one of now, as long as both
 * can be true. Where they can't, somebody has set the clock, and only the newer one counts.
 */
export function betterSample(known: Sample | null, fresh: Sample): Sample {
  if (known === null) return fresh;
  const knownUncertainty = uncertaintyAt(known, fresh);
  const isBoth = Math.abs(known.skew - fresh.skew) <= knownUncertainty + fresh.halfTripMs;
  return isBoth && knownUncertainty < fresh.halfTripMs ? known : fresh;
}

/**
 * The plant's time on the tablet itself. `sleptMs`: how much of the wall clock's lead is the tablet's
 * sleep, in which many monotonic clocks stand still. Any other lead or lag is a clock that was set.
 */
export function plantTimeMs(sample: Sample | null, now: Reading, sleptMs: number): number {
  if (sample === null) return now.wallMs;
  const byWall = now.wallMs + sample.skew;
  const step = stepped(sample, now);
  if (step === null) return byWall;
  const set = step - sleptMs;
  return Math.abs(set) <= stepMinMs ? byWall : byWall - set;
}

/** A tablet's clocks as an act carries them. What older builds don't say is not there. */
export type ActClock = {
  wall: Instant;
  monotonic: number;
  bootId: string;
  lastServerContact: Instant | null;
  skew: number;
  /** Of `skew` at the act, in milliseconds. */
  uncertainty?: number | undefined;
  /** How far the wall clock went beyond the monotonic one since `skew` was known; null: started again. */
  step?: number | null | undefined;
};
/** What is kept of a tablet's clocks to measure by them later. */
export type KeptClock = Reading & {
  device: string;
  /** Both as the act says them; absent: a tablet of an earlier version. */
  skew?: number | undefined;
  uncertainty?: number | undefined;
};

export const keptClock = (device: string, clock: ActClock): KeptClock => ({
  device,
  wallMs: millis(clock.wall),
  monotonicMs: clock.monotonic,
  bootId: clock.bootId,
  ...(clock.uncertainty !== undefined && { skew: clock.skew, uncertainty: clock.uncertainty }),
});

/** What reading a wall clock and a monotonic one in turn may differ by. */
const readMaxMs = 50;

/**
 * What one tablet's own clock measured between two acts, more exactly than two estimates of the plant's
 * time, each with an uncertainty of its own: by the monotonic clock where it ran all the time, otherwise
 * by the wall clock where what was known of it says that nobody has set it. Null where neither can be
 * told, or where the plant's time, `plantMs`, says something else altogether.
 */
export function measuredMs(from: KeptClock, to: KeptClock, plantMs: number): number | null {
  if (from.device !== to.device) return null;
  const step = stepped(from, to);
  const byMonotonic = to.monotonicMs - from.monotonicMs;
  const ranOn = step !== null && Math.abs(step) <= readMaxMs + byMonotonic * driftPerMs;
  const ms = ranOn ? byMonotonic : isUnset(from, to) ? to.wallMs - from.wallMs : null;
  return ms !== null && ms >= 0 && Math.abs(ms - plantMs) <= stepMinMs ? ms : null;
}

const isUnset = (from: KeptClock, to: KeptClock): boolean =>
  from.skew !== undefined &&
  to.skew !== undefined &&
  Math.abs(to.skew - from.skew) <= (from.uncertainty ?? 0) + (to.uncertainty ?? 0);

export type SentClock = Pick<ActClock, "wall" | "monotonic" | "bootId">;

/** When an act took place, as exactly as can be known. */
export type Moment = {
  at: Instant;
  /** It can't have been before, nor after. */
  earliest: Instant;
  latest: Instant;
  /** By how much the tablet's clock was ahead of what was known of it; 0: nobody had set it. */
  jumpMs: number;
};

/**
 * The moment of an act from both ends: the last exchange before it and the sending of it, each with
 * what the wall clock did against the monotonic one between. Where either end holds, the act lies within
 * the uncertainty; where the clock was set and neither does, between what the monotonic clock leaves.
 * No clock carries it before the tablet last spoke with the server or after the server heard of it.
 */
export function momentOf(clock: ActClock, sent: SentClock | null, heardAt: Instant): Moment {
  const last = millis(heardAt);
  const first =
    clock.lastServerContact === null
      ? Number.NEGATIVE_INFINITY
      : Math.min(millis(clock.lastServerContact), last);
  const within = (ms: number) => Math.min(Math.max(ms, first), last);
  const found = estimated(clock, sent, { first, last });
  const at = Math.round(within(found.at));
  const earliest = Math.min(at, Math.floor(within(found.earliest)));
  const jumpMs = millis(clock.wall) + clock.skew - at;
  return {
    at: instant(at),
    earliest: instant(Number.isFinite(earliest) ? earliest : at),
    latest: instant(Math.max(at, Math.ceil(within(found.latest)))),
    jumpMs: Math.abs(jumpMs) < tellMinMs ? 0 : jumpMs,
  };
}

type Estimate = { at: number; earliest: number; latest: number };
type Bounds = { first: number; last: number };

/** `slack`: how much the two clocks parted by, too little to say that one was set. */
const around = (at: number, u: number, slack: number): Estimate => ({
  at,
  earliest: at - u - Math.max(0, slack),
  latest: at + u + Math.max(0, -slack),
});

const isStill = (step: number) => Math.abs(step) <= stepMinMs;

function beforeSending(bySending: number, u: number, right: number): Estimate {
  const { at, latest } = around(bySending, u, -right);
  return { at, earliest: at - u - tripMaxMs - Math.max(0, -right), latest };
}

const both = (one: Estimate, other: Estimate): Estimate => ({
  at: one.at,
  earliest: Math.min(one.earliest, other.earliest),
  latest: Math.max(one.latest, other.latest),
});

function estimated(clock: ActClock, sent: SentClock | null, bounds: Bounds): Estimate {
  const u = clock.uncertainty ?? unsaidUncertaintyMs;
  const wallMs = millis(clock.wall);
  const byContact = wallMs + clock.skew;
  const left = clock.step ?? null;
  const fromLeft = left !== null && isStill(left) ? around(byContact, u, left) : null;
  if (sent === null) return fromLeft ?? fromContact(byContact, u, left, bounds);
  const sentMs = millis(sent.wall);
  const bySending = wallMs + bounds.last - sentMs;
  const right = stepped(
    { wallMs, monotonicMs: clock.monotonic, bootId: clock.bootId },
    { wallMs: sentMs, monotonicMs: sent.monotonic, bootId: sent.bootId },
  );
  const fromRight = right !== null && isStill(right) ? beforeSending(bySending, u, right) : null;
  const moved = byContact - bySending;
  const isMoved = moved > stepMinMs + u || moved < -(stepMinMs + u + tripMaxMs);
  // Set back by as much as it had slept, on one of the two sides: nothing says on which.
  if (fromLeft && fromRight && isMoved) return both(fromLeft, fromRight);
  const sound = fromLeft ?? fromRight;
  if (sound) return sound;
  const isBackward = (left ?? 0) < -stepMinMs || (right ?? 0) < -stepMinMs;
  // Ahead of the monotonic clock, and right again when it was sent: it slept, nobody set it.
  if (!isMoved && !isBackward) return around(byContact, u, 0);
  const floor = left === null ? bounds.first : byContact - left - u;
  const ceiling = right === null ? bounds.last : bySending + right + u;
  const guesses = [
    ...(left === null ? [] : [byContact - left]),
    ...(right === null ? [] : [bySending + right]),
    byContact,
    bySending,
  ];
  const at = guesses.find((guess) => isWithin(guess, bounds)) ?? byContact;
  return { at, earliest: floor, latest: ceiling };
}

const isWithin = (ms: number, { first, last }: Bounds): boolean =>
  first - stepMinMs <= ms && ms <= last + stepMinMs;

/** With the contact alone to go by, as tablets of older builds leave it. */
function fromContact(byContact: number, u: number, left: number | null, bounds: Bounds): Estimate {
  const at = left !== null && left < 0 ? byContact - left : byContact;
  const isSound = isWithin(at, bounds) && at === byContact && left === null;
  if (isSound) return around(at, u, 0);
  return { at, earliest: left === null ? bounds.first : byContact - left - u, latest: bounds.last };
}
