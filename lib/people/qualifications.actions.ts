"use server";
import { action } from "#lib/boundary/action";
import * as held from "./qualifications.commands.ts";
import {
  grantForm,
  qualificationChangeForm,
  qualificationForm,
  renewForm,
  withdrawQualificationForm,
} from "./qualifications.schema.ts";

export const grantQualification = action(
  "qualification.manage",
  grantForm,
  held.grantQualification,
);
export const renewQualification = action(
  "qualification.manage",
  renewForm,
  held.renewQualification,
);
export const withdrawQualification = action(
  "qualification.manage",
  withdrawQualificationForm,
  held.withdrawQualification,
);
export const createQualification = action(
  "qualification.manage",
  qualificationForm,
  held.createQualification,
);
export const changeQualification = action(
  "qualification.manage",
  qualificationChangeForm,
  held.changeQualification,
);
