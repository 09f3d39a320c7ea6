import { published, reading } from "#lib/boundary/endpoint";
import { openApi } from "#lib/catalogue/openapi.rules";
import { env } from "#lib/kit/env";
import { version } from "#lib/kit/version";

/** What others may call. */
export const GET = reading("public", async () =>
  published(openApi(env.BUYOFF_ORIGIN, version), "application/json"),
);
