import { published, reading } from "#lib/boundary/endpoint";
import { asyncApi } from "#lib/catalogue/asyncapi.rules";
import { env } from "#lib/kit/env";
import { version } from "#lib/kit/version";

/** The catalogue of events, for whoever connects something: it tells nothing of this plant. */
export const GET = reading("public", async () =>
  published(asyncApi(env.BUYOFF_ORIGIN, version), "application/json"),
);
