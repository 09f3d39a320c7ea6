import * as z from "zod/mini";
import { actorOfGrant } from "#lib/boundary/actor";
import { endpoint, turnAway } from "#lib/boundary/endpoint";
import { grantReader } from "#lib/boundary/grant";
import { err } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { applyEnvelopes } from "#lib/travelers/commands";
import { protocolRefused } from "#lib/travelers/envelopes.rules";
import { peopleOnPaper } from "#lib/travelers/paper.queries";
import { protocols } from "#lib/travelers/protocol.rules";
import { batchSchema, type CommandVerdict, protocolSchema } from "#lib/travelers/schema";

/** A full batch of the longest commands, with room to spare. */
const bytesMax = 1024 * 1024;

export const POST = endpoint(
  "device",
  z.looseObject(protocolSchema.shape),
  async (device, said) => {
    const heardAt = instant(Date.now());
    const refused = protocolRefused(said.protocol);
    if (refused) return err(refused);
    const batch = batchSchema.safeParse(said);
    if (!batch.success) return turnAway("invalid_input");
    const grantOf = grantReader();
    const applied = await applyEnvelopes(
      device,
      batch.data,
      (grant, at, when) => actorOfGrant(grantOf(grant), at, when),
      heardAt,
    );
    const { verdicts } = applied;
    const people = await peopleOnPaper(named(verdicts), applied.people);
    return { verdicts, people, serverTime: instant(Date.now()), protocols };
  },
  { bytesMax, evenRevoked: true },
);

/** Whoever the tablet now has to print beside what was recorded. */
const named = (verdicts: readonly CommandVerdict[]): string[] =>
  verdicts
    .flatMap((of) => (of.verdict === "applied" ? of.events : []))
    .flatMap(({ person, second }) => [person, second])
    .filter((id) => id !== null);
