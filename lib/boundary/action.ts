import "server-only";
import { headers } from "next/headers";
import type { z } from "zod/mini";
import type { Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { admit, type BoundaryError, turnedAway } from "./admit.ts";
import { isOwnOrigin } from "./origin.ts";
import type { Permission } from "./permissions.ts";

type Command<S extends z.ZodMiniType, T, E> = (
  actor: Actor,
  input: z.output<S>,
) => Promise<Result<T, E>>;

/** Turns a command into a server action. There is no way to make one without naming a permission. */
export function action<S extends z.ZodMiniType, T, E>(
  permission: Permission,
  schema: S,
  command: Command<S, T, E>,
) {
  return async (raw: z.input<S>): Promise<Result<T, E | BoundaryError>> => {
    // Next lets an action without an Origin header pass with a warning; we don't.
    if (!isOwnOrigin(await headers())) return turnedAway("foreign_origin");
    const admitted = await admit(permission, schema, raw);
    return admitted.ok ? command(admitted.value.actor, admitted.value.input) : admitted;
  };
}

/** For the two forms that nobody has signed in for yet: signing in, and setting up. */
export function publicAction<S extends z.ZodMiniType, T, E>(
  schema: S,
  command: (input: z.output<S>) => Promise<Result<T, E>>,
) {
  return async (raw: z.input<S>): Promise<Result<T, E | BoundaryError>> => {
    if (!isOwnOrigin(await headers())) return turnedAway("foreign_origin");
    const parsed = schema.safeParse(raw);
    return parsed.success ? command(parsed.data as z.output<S>) : turnedAway("invalid_input");
  };
}
