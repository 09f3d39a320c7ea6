import { published, reading, turnAway } from "#lib/boundary/endpoint";
import { eventOfFile, schemaOf } from "#lib/catalogue/schemas.rules";
import { env } from "#lib/kit/env";

/** The JSON Schema that an event's `dataschema` names, under an address that stays. */
export const GET = reading("public", async (_nobody, { params }) => {
  const name = eventOfFile(params.file ?? "");
  return name
    ? published(schemaOf(env.BUYOFF_ORIGIN, name, "open"), "application/schema+json")
    : turnAway("unknown", 404);
});
