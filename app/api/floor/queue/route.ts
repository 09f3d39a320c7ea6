import { reading } from "#lib/boundary/endpoint";
import { stationQueue } from "#lib/travelers/queries";

export const GET = reading("device", (device) => stationQueue(device));
