import { telling } from "#lib/boundary/api";
import { orderByNumber } from "#lib/orders/queries";

/** A work order as it is here, with what of the other system's statement can't be any more. */
export const GET = telling("orders.read", async ({ caller, params }) => {
  const order = await orderByNumber(caller, params.number ?? "");
  return order ? { status: 200, body: order } : { problem: "not_found", status: 404 };
});
