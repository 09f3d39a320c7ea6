"use client";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import type { ActOutcome } from "#lib/offline/acts";
import { signedHere, signProof } from "#lib/offline/people";
import { newCommandId } from "#lib/offline/queue";
import type { CommandBody, CommandType } from "#lib/travelers/schema";
import { problemOf } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { type Perform, useWork } from "./work-context.tsx";

/** An act that somebody at this tablet signs with badge and PIN, for exactly what they are shown. */
export function useSecondSignature() {
  const { core } = useTablet();
  const { signedIn } = useWork();
  return async <T extends CommandType>(
    perform: Perform,
    of: { type: T; body: CommandBody<T>; shown: Canonical; badge: string; pin: string },
  ): Promise<ActOutcome> => {
    const { type, body, badge, pin } = of;
    const commandId = newCommandId(core.nowMs());
    const contentSha256 = canonicalSha256(of.shown);
    const asked = { command: commandId, contentSha256, pin, badge, person: null };
    const answer = await signProof(core, asked);
    if (answer.kind === "silence") return { kind: "silence" };
    if (answer.kind !== "ok") {
      const problem = problemOf(answer);
      const refused = problem?.kind === "refused" ? problem : { code: "unknown", params: {} };
      return { kind: "refused", refusal: { code: refused.code, params: refused.params } };
    }
    const { proof, method, person } = answer.value;
    const signature = { commandId, contentSha256, proof, method, person };
    const isSelf = person.id === signedIn.person.id;
    const outcome = await perform(type, body, isSelf ? { signature } : { second: signature });
    signedHere(core, person.id);
    return outcome;
  };
}
