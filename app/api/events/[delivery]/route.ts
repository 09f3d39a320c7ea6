import { turnAway } from "#lib/boundary/endpoint";
import { referencedEvent } from "#lib/feed/event-reference.queries";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The whole of an event that was larger than its receiver takes: fetched by the address that stood in its
 * place, which is its own proof. No session, no cookie.
 */
export async function GET(
  request: Request,
  context: { params: Promise<{ delivery: string }> },
): Promise<Response> {
  const { delivery } = await context.params;
  const { searchParams } = new URL(request.url);
  const site = searchParams.get("site") ?? "";
  const proof = searchParams.get("proof") ?? "";
  if (!uuid.test(delivery) || !uuid.test(site)) return turnAway("unknown", 404);
  const body = await referencedEvent({ site, delivery }, proof);
  if (body === null) return turnAway("unknown", 404);
  return new Response(body, {
    headers: {
      "content-type": "application/cloudevents+json; charset=utf-8",
      "cache-control": "private, no-store",
    },
  });
}
