"use server";
import { action } from "#lib/boundary/action";
import * as trainers from "./trainers.commands.ts";
import { endTrainerForm, nameTrainerForm } from "./trainers.schema.ts";

export const nameTrainer = action("qualification.manage", nameTrainerForm, (actor, form) =>
  trainers.nameTrainer(actor, form),
);
export const endTrainer = action("qualification.manage", endTrainerForm, trainers.endTrainer);
