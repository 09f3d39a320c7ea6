import { field, named, operation, step } from "./plan.ts";

/** Learned under a trainer: whoever does it here is an apprentice. */
export const learned = named("065.2");

/** Work for which nobody here holds the refresher, and work that an apprentice does. */
export const qualifiedOperation = operation("065", [
  step("065.1", {
    qualifications: ["Q-REF"],
    fields: [field("checked", ["1"], { kind: "acknowledgement" })],
  }),
  step("065.2", {
    qualifications: ["Q-TRQ"],
    fields: [
      field("pressed", ["1"], { kind: "attribute" }),
      field("again", ["1"], { kind: "acknowledgement" }),
    ],
  }),
]);
