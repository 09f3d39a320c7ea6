import * as z from "zod/mini";
import { about } from "./catalogue.rules.ts";
import { type EventName, eventNames } from "./data.schema.ts";
import { envelope } from "./envelope.schema.ts";
import { schemaUrl } from "./schemas.rules.ts";

const schemaFormat = "application/schema+json;version=draft-2020-12";

const envelopeSchema = () => {
  const { $schema: _, ...schema } = z.toJSONSchema(envelope, {
    io: "input",
    // Without names: a reference within it would be looked for in the document around it.
    metadata: z.registry(),
    reused: "inline",
  }) as Record<string, unknown>;
  return schema;
};

const message = (origin: string, name: EventName) => ({
  name: `dev.buyoff.${name}.v1`,
  title: name,
  summary: `When ${about[name].when}`,
  contentType: "application/cloudevents+json",
  tags: about[name].consumers.split(" ").map((consumer) => ({ name: consumer })),
  payload: {
    schemaFormat,
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      ...envelopeSchema(),
      properties: {
        ...(envelopeSchema().properties as object),
        type: { const: `dev.buyoff.${name}.v1` },
        dataschema: { const: schemaUrl(origin, name) },
        data: { $ref: schemaUrl(origin, name) },
      },
      required: [...(envelopeSchema().required as string[]), "data"],
    },
  },
});

/**
 * The catalogue as an AsyncAPI document. The channel has no address yet: which connector, broker or folder
 * the events go to is the plant's own configuration.
 */
export function asyncApi(origin: string, version: string) {
  const messages = Object.fromEntries(eventNames.map((name) => [name, message(origin, name)]));
  const references = Object.fromEntries(
    eventNames.map((name) => [name, { $ref: `#/components/messages/${name}` }]),
  );
  return {
    asyncapi: "3.0.0",
    id: `${origin}/api/asyncapi.json`,
    info: {
      title: "Buyoff: what happens on the floor",
      version,
      description:
        "CloudEvents 1.0 made from the entries of the record. An event gains optional members and loses none; what the record doesn't know is not there.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      tags: Object.entries({
        N: "NCR",
        C: "CAPA",
        T: "training",
        A: "audit and evidence",
        M: "MES and ERP",
        F: "first article inspection",
      }).map(([name, description]) => ({ name, description })),
    },
    defaultContentType: "application/cloudevents+json",
    channels: {
      events: {
        address: null,
        title: "Everything that happens at a site",
        description: "In order within a partition key, which is a stream of the record.",
        messages: references,
      },
    },
    operations: {
      send: {
        action: "send",
        channel: { $ref: "#/channels/events" },
        messages: eventNames.map((name) => ({ $ref: `#/channels/events/messages/${name}` })),
      },
    },
    components: { messages },
  };
}
