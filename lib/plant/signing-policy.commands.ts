import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import { offlineTypes, type PlantPolicy } from "#lib/travelers/facts.schema";
import type { OfflineSigningForm } from "./signing-policy.schema.ts";

export type SigningPolicyRefusal = {
  code: "nothing_changed";
  params: Readonly<Record<string, string>>;
};

/**
 * Which buyoff types may be signed without a network. Its entry is on the site's stream, which every decision is
 * held to: what is being decided meanwhile is decided by the one or by the other. What waits already was allowed
 * when it was signed, and is verified all the same.
 */
export function decideOfflineSigning(
  actor: Actor,
  form: OfflineSigningForm,
): Promise<Result<null, SigningPolicyRefusal>> {
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from sites where id = ${actor.site}::uuid for update`;
    const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
    const policy = site.policy as unknown as PlantPolicy;
    const before = inOrder(policy.offlineSigning ?? []);
    const after = inOrder(form.types);
    if (before.join() === after.join()) {
      return err<SigningPolicyRefusal>({ code: "nothing_changed", params: {} });
    }
    await tx.site.update({
      where: { id: actor.site },
      data: { policy: { ...(site.policy as object), offlineSigning: after } },
    });
    const changes = { offlineSigning: { before, after } };
    const body = { changes, reason: sha256Hex(form.reason) };
    const event = { kind: "site", stream: actor.site, type: "offline_signing.changed" } as const;
    return ok({ value: null, events: [{ ...event, body, texts: [form.reason] }] });
  });
}

const inOrder = (types: readonly string[]) => offlineTypes.filter((type) => types.includes(type));
