"use server";
import { action } from "#lib/boundary/action";
import * as gages from "./gages.commands.ts";
import { calibrationForm, gageChangeForm, gageForm } from "./gages.schema.ts";
import * as holds from "./holds.commands.ts";
import { plantHoldForm, releasePlantHoldForm } from "./holds.schema.ts";
import * as orders from "./orders.commands.ts";
import { orderChangeForm, orderForm } from "./orders.schema.ts";
import * as signing from "./signing-policy.commands.ts";
import { offlineSigningForm } from "./signing-policy.schema.ts";
import * as stations from "./stations.commands.ts";
import { stationChangeForm, stationForm } from "./stations.schema.ts";

export const decideOfflineSigning = action(
  "offline_signing.decide",
  offlineSigningForm,
  signing.decideOfflineSigning,
);
export const createGage = action("gage.manage", gageForm, gages.createGage);
export const changeGage = action("gage.manage", gageChangeForm, gages.changeGage);
export const calibrateGage = action("gage.manage", calibrationForm, (actor, form) =>
  gages.calibrateGage(actor, form),
);
export const createStation = action("station.manage", stationForm, stations.createStation);
export const changeStation = action("station.manage", stationChangeForm, stations.changeStation);
export const createOrder = action("order.manage", orderForm, orders.createOrder);
export const changeOrder = action("order.manage", orderChangeForm, orders.changeOrder);
export const placePlantHold = action("plant_hold.place", plantHoldForm, holds.placePlantHold);
export const releasePlantHold = action(
  "plant_hold.release",
  releasePlantHoldForm,
  holds.releasePlantHold,
);
