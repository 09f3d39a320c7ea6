import * as z from "zod/mini";
import { isPasswordAcceptable } from "./passwords.rules.ts";

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

const needed = (max: number) =>
  z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(max, "too_long"));

/** What is typed, field by field, so that each can be told what is wrong with it. Messages are keys of `desk.setUp`. */
export const setUpTyped = z.object({
  token: needed(200),
  name: needed(120),
  employeeNumber: needed(60),
  password: z
    .string()
    .check(z.minLength(1, "needed"), z.refine(isPasswordAcceptable, "passwordTooSimple")),
  siteCode: z.string().check(z.trim(), z.regex(/^[A-Z0-9]{2,12}$/, "codeNeeded")),
  siteName: needed(120),
  timeZone: needed(60),
});
export type SetUpTyped = z.output<typeof setUpTyped>;

/** Where a plant is there already, it is not asked for again. */
export const administratorTyped = z.omit(setUpTyped, {
  siteCode: true,
  siteName: true,
  timeZone: true,
});
