import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { recorded } from "#lib/record/recorded.commands";
import type { Actor } from "./schema.ts";
import type { RevokeTokenForm, TokenForm } from "./tokens.schema.ts";

export type TokenRefusal = {
  code: "token_made_already" | "token_not_here" | "token_revoked_already";
  params: Readonly<Record<string, string>>;
};
const refused = (code: TokenRefusal["code"], params: TokenRefusal["params"] = {}) =>
  err<TokenRefusal>({ code, params });

/** `by_<prefix>_<secret>`: whoever finds one in a file or a log knows what it is, and which. */
export function newApiToken(): { token: string; prefix: string } {
  const prefix = newToken()
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 8);
  return { token: `by_${prefix}_${newToken()}`, prefix };
}

/**
 * A token for one system at this site. The answer carries it, once; what is kept is its hash, so that a
 * repeat after a lost answer can't show it again and says so.
 */
export function makeToken(
  actor: Actor,
  { command, name, scopes, reason }: TokenForm,
): Promise<Result<{ name: string; token: string }, TokenRefusal>> {
  return recorded(actor, async (tx) => {
    const { token, prefix } = newApiToken();
    const wanted = [...new Set(scopes)].sort();
    const { count } = await tx.apiToken.createMany({
      data: [
        {
          id: command,
          siteId: actor.site,
          name,
          prefix,
          tokenHash: tokenHash(token),
          scopes: wanted,
          madeBy: actor.id,
          madeAt: new Date(),
        },
      ],
      skipDuplicates: true,
    });
    if (count === 0) return refused("token_made_already");
    const body = { token: command, name, prefix, scopes: wanted, reason: sha256Hex(reason) };
    const event = { kind: "site", stream: actor.site, type: "token.made", body } as const;
    return ok({ value: { name, token }, events: [{ ...event, texts: [reason] }] });
  });
}

/** From the next call on it proves nothing any more. */
export function revokeToken(
  actor: Actor,
  form: RevokeTokenForm,
): Promise<Result<{ name: string }, TokenRefusal>> {
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from api_tokens where id = ${form.token}::uuid for update`;
    const found = await tx.apiToken.findFirst({ where: { id: form.token, siteId: actor.site } });
    if (!found) return refused("token_not_here");
    if (found.revokedAt) return refused("token_revoked_already", { name: found.name });
    await tx.apiToken.update({
      where: { id: found.id },
      data: { revokedBy: actor.id, revokedAt: new Date() },
    });
    const { id, name, prefix } = found;
    const body = { token: id, name, prefix, reason: sha256Hex(form.reason) };
    const event = { kind: "site", stream: actor.site, type: "token.revoked", body } as const;
    return ok({ value: { name }, events: [{ ...event, texts: [form.reason] }] });
  });
}
