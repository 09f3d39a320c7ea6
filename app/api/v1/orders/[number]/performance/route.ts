import { telling } from "#lib/boundary/api";
import { env } from "#lib/kit/env";
import { performanceJson, performanceXml } from "#lib/orders/b2mml-performance.rules";
import { performanceOfOrder } from "#lib/orders/performance.queries";

/** How far an order is, as B2MML: XML where that is accepted, JSON otherwise. */
export const GET = telling("orders.read", async ({ caller, params, request }) => {
  const found = await performanceOfOrder(caller, params.number ?? "", env.BUYOFF_ORIGIN);
  if (found === null) return { problem: "not_found", status: 404 };
  if (found === "empty") return { problem: "nothing_released", status: 409 };
  const wantsXml = /\b(application|text)\/xml\b/.test(request.headers.get("accept") ?? "");
  return wantsXml
    ? { status: 200, text: performanceXml(found), type: "application/xml" }
    : { status: 200, body: performanceJson(found) };
});
