import "server-only";
import type { z } from "zod/mini";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { currentActor } from "./actor.ts";
import { may, type Permission } from "./permissions.ts";

export type BoundaryError = {
  code: "not_signed_in" | "not_permitted" | "invalid_input" | "foreign_origin";
  params: Readonly<Record<string, string>>;
};

export const turnedAway = (code: BoundaryError["code"]) => err<BoundaryError>({ code, params: {} });

/** Who is asking, may they, and what exactly do they ask. Every way in passes here. */
export async function admit<S extends z.ZodMiniType>(
  permission: Permission,
  schema: S,
  input: unknown,
  asking: () => Promise<Actor | null> = currentActor,
): Promise<Result<{ actor: Actor; input: z.output<S> }, BoundaryError>> {
  const actor = await asking();
  if (!actor) return turnedAway("not_signed_in");
  if (!may(actor, permission)) return turnedAway("not_permitted");

  const parsed = schema.safeParse(input);
  if (!parsed.success) return turnedAway("invalid_input");
  return ok({ actor, input: parsed.data as z.output<S> });
}
