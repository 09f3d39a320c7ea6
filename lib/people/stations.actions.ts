"use server";
import * as z from "zod/mini";
import { action } from "#lib/boundary/action";
import * as devices from "./devices.commands.ts";

const station = z.object({ station: z.uuid() });
const device = z.object({ device: z.uuid() });

export const makeEnrolmentCode = action("device.enrol", station, (actor, input) =>
  devices.makeEnrolmentCode(actor, input.station),
);
export const revokeDevice = action("device.revoke", device, (actor, input) =>
  devices.revokeDevice(actor, input.device),
);
