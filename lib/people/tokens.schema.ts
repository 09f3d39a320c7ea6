import * as z from "zod/mini";
import { command, id, reason, words } from "#lib/plant/fields.schema";

/** What another system may do here; each door of the public API asks for one. */
export const scopes = ["orders.read", "orders.write", "qualifications.write"] as const;
export type Scope = (typeof scopes)[number];

export const tokenForm = z.object({
  command,
  /** Which system it is for, as people call it. */
  name: words(60),
  scopes: z.array(z.enum(scopes)).check(z.minLength(1, "scope_needed")),
  reason,
});
export type TokenForm = z.output<typeof tokenForm>;

export const revokeTokenForm = z.object({ command, token: id, reason });
export type RevokeTokenForm = z.output<typeof revokeTokenForm>;
