import * as z from "zod/mini";
import { roles } from "#lib/instructions/schema";
import { code, command, id, reason, words } from "#lib/plant/fields.schema";
import { pinSchema } from "./sign-in.schema.ts";

const locale = z.enum(["en", "es"], "needed");
const role = z.enum(roles, "needed");

/** Roles of a file's row: separated by spaces, commas or semicolons. */
const rolesOfRow = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => text.split(/[\s,;|]+/).filter((word) => word !== "")),
  ),
  z.array(z.enum(roles, "role_needed")).check(z.minLength(1, "role_needed")),
);

export const personRow = z.object({ employeeNumber: code, name: words(120), roles: rolesOfRow });
export type PersonRow = z.output<typeof personRow>;

export const personForm = z.object({
  command,
  employeeNumber: code,
  name: words(120),
  locale,
  roles: z.array(role).check(z.minLength(1, "role_needed")),
});
export type PersonForm = z.output<typeof personForm>;

export const personChangeForm = z.object({
  command,
  person: id,
  name: words(120),
  locale,
  status: z.enum(["active", "inactive"], "needed"),
  roles: z.array(role),
  reason,
});
export type PersonChangeForm = z.output<typeof personChangeForm>;

/** As many as a sheet of paper and a patient printer take. */
export const badgesForm = z.object({
  command,
  people: z.array(id).check(z.minLength(1, "person_needed"), z.maxLength(40, "too_long")),
});
export type BadgesForm = z.output<typeof badgesForm>;

export const withdrawBadgeForm = z.object({ command, badge: words(60), reason });
export type WithdrawBadgeForm = z.output<typeof withdrawBadgeForm>;

export const askPinResetForm = z.object({ command, person: id, reason });
export type AskPinResetForm = z.output<typeof askPinResetForm>;

export const pinResetForm = z.object({ command, reset: id });
export type PinResetForm = z.output<typeof pinResetForm>;

/** What the person types who gets a new PIN: the code that two others have made for them. */
export const newPinForm = z
  .object({
    employeeNumber: words(60),
    code: words(40),
    pin: pinSchema,
    again: z.string(),
  })
  .check(z.refine((form) => form.pin === form.again, { path: ["again"], message: "pins_differ" }));
export type NewPinForm = z.output<typeof newPinForm>;
