import * as z from "zod/mini";

const words = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));

export const firstAdministratorSchema = z.object({
  name: words(120),
  employeeNumber: words(60),
  password: z.string().check(z.minLength(1), z.maxLength(200)),
  /** The first plant, where none exists yet. */
  site: z.optional(
    z.object({
      code: z.string().check(z.regex(/^[A-Z0-9]{2,12}$/)),
      name: words(120),
      timeZone: words(60),
    }),
  ),
});
export type FirstAdministrator = z.output<typeof firstAdministratorSchema>;

export const setUpForm = z.object({
  token: z.string().check(z.minLength(1), z.maxLength(200)),
  administrator: firstAdministratorSchema,
});
