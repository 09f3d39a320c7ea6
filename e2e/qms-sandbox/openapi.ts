/** The register's own description of its API, as a QMS of our days has one. */
const text = (maxLength: number) => ({ type: ["string", "null"], maxLength });

const reported: Readonly<Record<string, unknown>> = {
  external_key: { ...text(120), description: "The reporter's key; searchable." },
  title: { type: "string", minLength: 1, maxLength: 120 },
  severity: { type: ["string", "null"], enum: ["minor", "major", "critical", null] },
  defect_code: text(40),
  defect: text(200),
  quantity: text(20),
  position: text(40),
  location: text(200),
  description: text(4_000),
  requirement: text(400),
  actual: text(400),
  characteristic: text(200),
  key_characteristic: text(80),
  balloon: text(40),
  gage: text(200),
  gage_id: text(80),
  part_number: text(80),
  part_revision: text(40),
  part_name: text(200),
  drawing: text(200),
  order_number: text(80),
  serial: text(80),
  instruction: text(200),
  instruction_sha256: text(64),
  operation: text(40),
  step: text(40),
  station: text(80),
  shift: text(40),
  reported_by: text(200),
  reported_by_user: text(80),
  occurred_at: text(40),
  recorded_at: text(40),
  record_entry: text(120),
  record_entry_hash: text(64),
  link: text(500),
};

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const named = (schema: string) => ({ $ref: `#/components/schemas/${schema}` });
const number = { name: "number", in: "path", required: true, schema: { type: "string" } };
const query = (name: string) => ({ name, in: "query", schema: { type: "string" } });

export const openApiDocument = {
  openapi: "3.1.0",
  info: { title: "NCR register", version: "1.4" },
  paths: {
    "/api/ncrs": {
      get: {
        summary: "Search",
        parameters: [query("external_key"), query("include_closed"), query("serial")],
        responses: {
          200: json({
            type: "object",
            properties: {
              ncrs: { type: "array", items: named("Ncr") },
              total: { type: "integer" },
            },
          }),
        },
      },
      post: {
        summary: "Report a nonconformance",
        requestBody: { required: true, ...json(named("NewNcr")) },
        responses: { 201: json(named("Ncr")) },
      },
    },
    "/api/ncrs/{number}": {
      parameters: [number],
      get: { summary: "One record", responses: { 200: json(named("Ncr")) } },
      patch: {
        summary: "Change a record",
        requestBody: json({ type: "object", properties: { status: named("Status") } }),
        responses: { 200: json(named("Ncr")) },
      },
    },
    "/api/ncrs/{number}/comments": {
      parameters: [number],
      post: {
        summary: "Add a comment",
        requestBody: json({
          type: "object",
          required: ["text"],
          properties: {
            external_key: text(160),
            author: text(200),
            text: { type: "string" },
            evidence: { type: ["object", "null"] },
          },
        }),
        responses: { 201: json({ type: "object" }) },
      },
    },
    "/api/ncrs/{number}/attachments/{sha256}": {
      parameters: [number, { ...number, name: "sha256" }],
      put: {
        summary: "Attach a file",
        requestBody: { content: { "application/octet-stream": {} } },
        responses: { 201: json({ type: "object" }) },
      },
    },
    "/api/changes": {
      get: {
        summary: "What changed since",
        parameters: [query("since"), query("limit")],
        responses: {
          200: json({
            type: "object",
            properties: {
              changes: { type: "array", items: { type: "object" } },
              cursor: { type: "string" },
            },
          }),
        },
      },
    },
  },
  components: {
    schemas: {
      Status: { type: "string", enum: ["open", "contained", "dispositioned", "closed", "void"] },
      NewNcr: { type: "object", required: ["title"], properties: reported },
      Ncr: {
        type: "object",
        properties: {
          number: { type: "string" },
          external_key: { type: ["string", "null"] },
          status: named("Status"),
          version: { type: "integer" },
          fields: { type: "object", properties: reported },
          dispositions: { type: "array", items: { type: "object" } },
          comments: { type: "array", items: { type: "object" } },
          attachments: { type: "array", items: { type: "object" } },
          merged_into: { type: ["string", "null"] },
          created_at: { type: "string" },
        },
      },
    },
  },
} as const;
