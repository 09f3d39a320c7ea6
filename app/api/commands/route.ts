import { actorOfGrant } from "#lib/boundary/actor";
import { endpoint } from "#lib/boundary/endpoint";
import { grantReader } from "#lib/boundary/grant";
import { instant } from "#lib/kit/time";
import { applyEnvelopes } from "#lib/travelers/commands";
import { peopleOnPaper } from "#lib/travelers/paper.queries";
import { batchSchema, type CommandVerdict } from "#lib/travelers/schema";

/** A full batch of the longest commands, with room to spare. */
const bytesMax = 1024 * 1024;

export const POST = endpoint(
  "device",
  batchSchema,
  async (device, batch) => {
    const grantOf = grantReader();
    const { verdicts } = await applyEnvelopes(device, batch, (grant, at, when) =>
      actorOfGrant(grantOf(grant), at, when),
    );
    const people = await peopleOnPaper(named(verdicts));
    return { verdicts, people, serverTime: instant(Date.now()) };
  },
  { bytesMax },
);

/** Whoever the tablet now has to print beside what was recorded. */
const named = (verdicts: readonly CommandVerdict[]): string[] =>
  verdicts
    .flatMap((of) => (of.verdict === "applied" ? of.events : []))
    .flatMap(({ person, second }) => [person, second])
    .filter((id) => id !== null);
