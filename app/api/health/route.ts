import { reading } from "#lib/boundary/endpoint";
import { isDatabaseReachable } from "#lib/db/health";

export const dynamic = "force-dynamic";

/** For load balancers and set-up: does this process reach its database? Nothing more is said. */
export const GET = reading("public", async () =>
  (await isDatabaseReachable())
    ? { ok: true }
    : Response.json({ ok: false }, { status: 503, headers: { "cache-control": "no-store" } }),
);
