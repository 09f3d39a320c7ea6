import { reading } from "#lib/boundary/endpoint";
import { err, ok } from "#lib/kit/result";
import { findTraveler } from "#lib/travelers/queries";

const codeMax = 200;

export const GET = reading("device", async (device, { request }) => {
  const code = new URL(request.url).searchParams.get("code") ?? "";
  const found = code && code.length <= codeMax ? await findTraveler(device, code) : null;
  return found ? ok(found) : err({ code: "traveler_unknown", params: {} });
});
