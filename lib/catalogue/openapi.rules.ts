import * as z from "zod/mini";
import { orderMessages } from "#lib/orders/messages.schema";
import { toldList } from "#lib/people/qualification-lists.schema";
import type { Scope } from "#lib/people/tokens.schema";
import { eventNames } from "./data.schema.ts";
import { fileOf, schemaPath } from "./schemas.rules.ts";

const json = (description: string, schema: object = { type: "object" }) => ({
  description,
  content: { "application/json": { schema } },
});
const nothing = (description: string) => ({ description });

const webhookHeader = (name: string, description: string) => ({
  name,
  in: "header",
  required: true,
  description,
  schema: { type: "string" },
});

const webhook = {
  post: {
    operationId: "receiveNotice",
    summary: "A connected system says that a record of its own has changed",
    description:
      "Signed as in Standard Webhooks, with the connector's own secret. Nothing in the body is believed but the record's name: the record is then read from the system.",
    security: [],
    parameters: [
      {
        name: "connector",
        in: "path",
        required: true,
        description: "The connector's code or its id",
        schema: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,59}$" },
      },
      webhookHeader("webhook-id", "The notice's own id: a repeat does nothing"),
      webhookHeader("webhook-timestamp", "Seconds since 1970; within five minutes"),
      webhookHeader("webhook-signature", "v1,<base64 of the HMAC-SHA256 of id.timestamp.body>"),
    ],
    requestBody: {
      required: true,
      content: { "application/json": { schema: { type: "object" } } },
    },
    responses: {
      202: nothing("Taken, or taken before"),
      400: nothing("It names no record"),
      401: nothing("Not signed by a connector of this plant"),
      413: nothing("Larger than 64 KiB"),
    },
  },
};

const blob = {
  get: {
    operationId: "readBlob",
    summary: "A photo, report or document by the SHA-256 that an event names",
    security: [{ session: [] }],
    parameters: [
      {
        name: "sha256",
        in: "path",
        required: true,
        schema: { type: "string", pattern: "^[0-9a-f]{64}$" },
      },
    ],
    responses: {
      200: {
        description: "Its bytes",
        content: Object.fromEntries(
          [
            "image/jpeg",
            "image/png",
            "image/webp",
            "application/pdf",
            "application/xml",
            "text/csv",
            "text/plain",
          ].map((type) => [type, {}]),
        ),
      },
      401: json("Nobody has signed in"),
      403: json("Whoever has may not see units here"),
      404: json("Not of this site, or not here yet"),
    },
  },
};

const referenced = {
  get: {
    operationId: "readReferencedEvent",
    summary: "The whole of an event that was larger than its receiver takes",
    description:
      "The address stands in the event's `dataref` and is its own proof; SHA-256 of the answer is the event's `datasha256`.",
    security: [],
    parameters: [
      {
        name: "delivery",
        in: "path",
        required: true,
        schema: { type: "string", format: "uuid" },
      },
      { name: "site", in: "query", required: true, schema: { type: "string", format: "uuid" } },
      { name: "proof", in: "query", required: true, schema: { type: "string" } },
    ],
    responses: {
      200: {
        description: "The event",
        content: { "application/cloudevents+json": { schema: { type: "object" } } },
      },
      404: json("No such event, or an address that was not made here"),
    },
  },
};

const published = (operationId: string, summary: string, type: string) => ({
  get: {
    operationId,
    summary,
    security: [],
    responses: {
      200: { description: "The document", content: { [type]: { schema: { type: "object" } } } },
    },
  },
});

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
const token = (...scopes: Scope[]) => [{ token: scopes }];
const shut = {
  401: problem("No token that counts"),
  403: problem("The token lacks the scope"),
  429: problem("Too many calls; Retry-After says when to go on"),
};
const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "The same key with the same call is answered as the first time, for a week; with another call it is refused",
  schema: { type: "string", pattern: "^[A-Za-z0-9._:-]{1,100}$" },
};
const received = {
  ...shut,
  400: problem("The body or the Idempotency-Key can't be read"),
  409: problem("The first call with this Idempotency-Key is not answered yet"),
  413: problem("The body is too large"),
  415: problem("A type that is not taken"),
  422: problem("The body lacks something, or the Idempotency-Key came with another call"),
};
const orderNumber = {
  name: "number",
  in: "path",
  required: true,
  description: "In whatever form: leading zeros and the way a split is written make no difference",
  schema: { type: "string" },
};
const schemaOf = (of: z.ZodMiniType): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(of, { io: "input", unrepresentable: "any" });
  return schema;
};

const orders = {
  post: {
    operationId: "sendOrders",
    summary: "Work orders, and their changes, holds, splits and cancellations",
    description:
      "Each order of the body is taken, or waits for a person, or changes nothing: the answer says so of each. B2MML is read as WorkSchedule, WorkRequest, JobList or JobOrder, alone or in a transaction.",
    security: token("orders.write"),
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { $ref: "#/components/schemas/OrderMessages" } },
        "application/xml": { schema: { type: "string" } },
        "text/xml": { schema: { type: "string" } },
        "text/csv": { schema: { type: "string" } },
      },
    },
    responses: { ...received, 200: json("What became of each order") },
  },
};

const qualifications = {
  post: {
    operationId: "sendQualifications",
    summary: "Who holds which qualification, from the system that masters them",
    description:
      "Each row is taken, changes nothing, or is refused with the reason: the answer says so of each. A list older than the last is refused as a whole (409). CSV takes the columns of the desk's own list and counts as of its arrival.",
    security: token("qualifications.write"),
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { $ref: "#/components/schemas/QualificationList" } },
        "text/csv": { schema: { type: "string" } },
      },
    },
    responses: { ...received, 200: json("What became of each row") },
  },
};

const order = {
  get: {
    operationId: "readOrder",
    summary: "A work order as it is here, with what differs from what another system states",
    security: token("orders.read"),
    parameters: [orderNumber],
    responses: { ...shut, 200: json("The order"), 404: problem("No such order at this site") },
  },
};

const performance = {
  get: {
    operationId: "readPerformance",
    summary:
      "How far an order is, as B2MML WorkPerformance: partial while anything is open, then final",
    security: token("orders.read"),
    parameters: [orderNumber],
    responses: {
      ...shut,
      200: {
        description: "XML where it is accepted, JSON of the same shape otherwise",
        content: {
          "application/xml": { schema: { type: "string" } },
          "application/json": { schema: { type: "object" } },
        },
      },
      404: problem("No such order at this site"),
      409: problem("Nothing of it was released yet"),
    },
  },
};

/** What others may call, by the path that the routes have. */
const paths = {
  "/api/health": {
    get: {
      operationId: "health",
      summary: "Does this process reach its database?",
      security: [],
      responses: {
        200: json("It does", {
          type: "object",
          properties: { ok: { const: true } },
          required: ["ok"],
        }),
        503: json("It does not"),
      },
    },
  },
  [`${schemaPath}/{file}`]: {
    get: {
      operationId: "eventSchema",
      summary: "The JSON Schema of an event's data",
      security: [],
      parameters: [
        {
          name: "file",
          in: "path",
          required: true,
          schema: { type: "string", enum: eventNames.map(fileOf) },
        },
      ],
      responses: {
        200: {
          description: "The schema",
          content: { "application/schema+json": { schema: { type: "object" } } },
        },
        404: json("No such event"),
      },
    },
  },
  "/api/asyncapi.json": published("asyncapi", "The catalogue of events", "application/json"),
  "/api/openapi.json": published("openapi", "This document", "application/json"),
  "/api/blobs/{sha256}": blob,
  "/api/events/{delivery}": referenced,
  "/api/v1/orders": orders,
  "/api/v1/qualifications": qualifications,
  "/api/v1/orders/{number}": order,
  "/api/v1/orders/{number}/performance": performance,
  "/api/webhooks/{connector}": webhook,
};

/** Handlers that only our own pages and tablets call, and why. They change without notice. */
export const internal: Readonly<Record<string, string>> = {
  "PUT /api/blobs/[sha256]": "a tablet sends its photos",
  "POST /api/commands": "a tablet sends what was done on it",
  "POST /api/devices/challenge": "a tablet proves its key",
  "POST /api/devices/enrol": "a tablet is enrolled",
  "POST /api/devices/session": "a tablet proves its key",
  "POST /api/documents": "the desk attaches a document to a disposition",
  "GET /api/floor/demo": "the demo's badges",
  "POST /api/floor/end-period": "a tablet",
  "GET /api/floor/find": "a tablet",
  "GET /api/floor/queue": "a tablet",
  "POST /api/floor/passkeys": "a tablet",
  "POST /api/floor/passkeys/ask": "a tablet",
  "POST /api/floor/passkeys/withdraw": "a tablet",
  "POST /api/floor/sign-in": "a tablet",
  "GET /api/floor/travelers/[id]": "a tablet",
  "GET /api/floor/travelers/[id]/exposed": "a tablet",
  "GET /api/floor/travelers/[id]/family": "a tablet",
  "GET /api/floor/travelers/[id]/head": "a tablet",
  "GET /api/live": "the desk's screens",
  "POST /api/sign": "a tablet",
  "POST /api/sign/sealed": "a tablet",
  "GET /api/auth/[...nextauth]": "the desk's session",
  "POST /api/auth/[...nextauth]": "the desk's session",
};

export const openApi = (origin: string, version: string) => ({
  openapi: "3.1.0",
  info: {
    title: "Buyoff",
    version,
    description:
      "What other systems may call. Everything else under /api belongs to the plant's own tablets and pages and changes without notice.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: origin }],
  paths,
  components: {
    schemas: {
      OrderMessages: schemaOf(orderMessages),
      QualificationList: schemaOf(toldList),
      Problem: {
        description: "RFC 9457",
        type: "object",
        required: ["type", "title", "status", "detail", "code"],
        properties: {
          type: { type: "string" },
          title: { type: "string", description: "What is wrong" },
          status: { type: "integer" },
          detail: { type: "string", description: "What to do" },
          code: { type: "string" },
          errors: {
            type: "array",
            items: {
              type: "object",
              properties: { pointer: { type: "string" }, detail: { type: "string" } },
            },
          },
        },
      },
    },
    securitySchemes: {
      token: {
        type: "http",
        scheme: "bearer",
        description: "Made and revoked at the desk, on the page Other systems, Tokens",
      },
      session: {
        type: "apiKey",
        in: "cookie",
        name: "__Host-buyoff-desk",
        description: "A session of the desk, or of an enrolled tablet",
      },
    },
  },
});
