import { receiving } from "#lib/boundary/api";
import { localeFrom } from "#lib/messages/locales";
import { messageWords } from "#lib/messages/machine-words";
import { orderTypes } from "#lib/orders/bodies.rules";
import { receiveOrders } from "#lib/orders/commands";

/** A night's orders of a plant; more come in parts. */
const bytesMax = 1024 * 1024;

/** Work orders from an MES or an ERP: B2MML as XML or JSON, our own JSON, or CSV. */
export const POST = receiving(
  "orders.write",
  async ({ caller, request, type, text }) => {
    const received = await receiveOrders(caller, { type, text });
    if (!received.ok) {
      const { error } = received;
      return error.code === "body_unreadable"
        ? { problem: error.code, status: 400, params: { problem: error.problem } }
        : {
            problem: error.code,
            status: 422,
            params: { problem: error.errors[0]?.pointer ?? "" },
            errors: error.errors,
          };
    }
    const locale = localeFrom(request.headers.get("accept-language")?.split(",") ?? []);
    const orders = received.value.map((one) => ({
      ...one,
      ...messageWords(locale, one.state, one.code, { ...one.params, number: one.number }),
    }));
    return { status: 200, body: { orders } };
  },
  { types: orderTypes, bytesMax },
);
