import * as z from "zod/mini";
import { code, command, id, reason, words } from "./fields.schema.ts";

const place = { name: words(120), workCenter: code };

export const stationRow = z.object({ code, ...place });
export type StationRow = z.output<typeof stationRow>;

export const stationForm = z.object({ command, code, ...place });
export type StationForm = z.output<typeof stationForm>;

export const stationChangeForm = z.object({ command, station: id, ...place, reason });
export type StationChangeForm = z.output<typeof stationChangeForm>;
