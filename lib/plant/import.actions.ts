"use server";
import { action } from "#lib/boundary/action";
import { previewImport, runImport } from "./import.commands.ts";
import { importForm, previewForm } from "./import.schema.ts";

export const previewGages = action("gage.manage", previewForm, (actor, form) =>
  previewImport(actor, "gages", form),
);
export const importGages = action("gage.manage", importForm, (actor, form) =>
  runImport(actor, "gages", form),
);
export const previewStations = action("station.manage", previewForm, (actor, form) =>
  previewImport(actor, "stations", form),
);
export const importStations = action("station.manage", importForm, (actor, form) =>
  runImport(actor, "stations", form),
);
export const previewOrders = action("order.manage", previewForm, (actor, form) =>
  previewImport(actor, "orders", form),
);
export const importOrders = action("order.manage", importForm, (actor, form) =>
  runImport(actor, "orders", form),
);
export const previewPeople = action("people.manage", previewForm, (actor, form) =>
  previewImport(actor, "people", form),
);
export const importPeople = action("people.manage", importForm, (actor, form) =>
  runImport(actor, "people", form),
);
export const previewQualifications = action("qualification.manage", previewForm, (actor, form) =>
  previewImport(actor, "qualifications", form),
);
export const importQualifications = action("qualification.manage", importForm, (actor, form) =>
  runImport(actor, "qualifications", form),
);
export const previewStock = action("stock.manage", previewForm, (actor, form) =>
  previewImport(actor, "stock", form),
);
export const importStock = action("stock.manage", importForm, (actor, form) =>
  runImport(actor, "stock", form),
);
