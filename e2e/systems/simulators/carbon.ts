import {
  type Answer,
  type Asked,
  type Held,
  keep,
  refusedFor,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * Carbon through PostgREST.
 * [src] carbon-key resolves the company by row-level security; the columns of nonConformance that must not be null;
 * its associations are tables of their own.
 * [bel] 23505 as a 409, 23502 as a 400; a read that row-level security denies is an empty list; the readable number
 * is unique; embedded tables; notes by documentId; storage's list of files.
 */
export const carbonSecret = "carbon-key-47";
const needed = [
  "name",
  "nonConformanceId",
  "nonConformanceTypeId",
  "locationId",
  "source",
  "status",
  "openDate",
  "quantity",
  "content",
  "createdBy",
];
const links: Record<string, string> = {
  nonConformanceItem: "itemId",
  nonConformanceJobOperation: "jobOperationId",
};
const problem = (status: number, code: string, message: string): Answer => ({
  status,
  body: { code, message, details: null, hint: null },
});

export const startCarbon = () =>
  simulate({
    answer: (asked, world) => {
      const [, service, , ...rest] = asked.path.split("/");
      if (asked.headers.apikey !== "anon-47")
        return { status: 401, body: { message: "Invalid API key" } };
      const maySee = asked.headers["carbon-key"] === carbonSecret && !world.isRevoked;
      if (service === "storage") return stored(asked, world, rest, maySee);
      if (asked.method === "GET")
        return maySee ? read(asked, world, rest[0] ?? "") : { status: 200, body: [] };
      return maySee
        ? inserted(asked, world, rest[0] ?? "")
        : problem(
            401,
            "42501",
            `new row violates row-level security policy for table "${rest[0]}"`,
          );
    },
    isWrite: ({ method, path }) => method !== "GET" && !path.includes("/object/list/"),
    isUpload: ({ path }) => path.includes("/object/private/"),
  });

const shown = (held: Held) => ({
  ...held.fields,
  id: held.id,
  createdAt: held.createdAt.toISOString(),
  updatedAt: held.changes === 0 ? null : held.changedAt.toISOString(),
});
const equal = ({ query }: Asked, column: string) => query.get(column)?.replace(/^eq\./, "");

function read(asked: Asked, world: World, table: string): Answer {
  if (table === "nonConformanceType") {
    const key = equal(asked, "nonConformance.customFields->>buyoffKey");
    const found = world.records.filter(
      ({ fields }) => (fields.customFields as { buyoffKey?: string }).buyoffKey === key,
    );
    return {
      status: 200,
      body:
        equal(asked, "id") === "type-47"
          ? [{ id: "type-47", nonConformance: found.map(shown) }]
          : [],
    };
  }
  if (table === "nonConformance")
    return {
      status: 200,
      body: world.records
        .filter(({ id }) => !asked.query.has("id") || id === equal(asked, "id"))
        .map(shown),
    };
  const held = world.records.find(
    ({ id }) => id === (equal(asked, "nonConformanceId") ?? equal(asked, "documentId")),
  );
  if (table === "note")
    return { status: 200, body: held?.notes.map(({ text }) => ({ note: text })) ?? [] };
  const column = links[table];
  if (!column) return problem(404, "42P01", `relation "public.${table}" does not exist`);
  return { status: 200, body: held?.links.filter((row) => column in row) ?? [] };
}

function inserted({ json, headers }: Asked, world: World, table: string): Answer {
  const row = json as Record<string, unknown>;
  const told = headers.prefer === "return=representation";
  if (table === "nonConformance") {
    const missing =
      needed.find((name) => row[name] === undefined || row[name] === null || row[name] === "") ??
      refusedFor(world, row);
    if (missing)
      return problem(
        400,
        "23502",
        `null value in column "${missing}" of relation "nonConformance" violates not-null constraint`,
      );
    if (world.records.some(({ fields }) => fields.nonConformanceId === row.nonConformanceId))
      return problem(
        409,
        "23505",
        'duplicate key value violates unique constraint "nonConformance_nonConformanceId_key"',
      );
    const held = keep(world, `nc-${world.records.length + 1}`, row);
    return { status: 201, body: told ? [shown(held)] : undefined };
  }
  const held = world.records.find(({ id }) => id === (row.nonConformanceId ?? row.documentId));
  const column = links[table];
  if (!held || !(table === "note" || column))
    return problem(409, "23503", "insert or update violates foreign key constraint");
  if (table === "note") held.notes.push({ text: String(row.note) });
  else held.links.push(row);
  return { status: 201, body: told ? [row] : undefined };
}

function stored(
  { method, json, bytes }: Asked,
  world: World,
  [, bucket, , id, name]: string[],
  maySee: boolean,
): Answer {
  if (!maySee)
    return {
      status: 400,
      body: {
        statusCode: "403",
        error: "Unauthorized",
        message: "new row violates row-level security policy",
      },
    };
  if (method === "POST" && bucket === "private" && id && name) {
    const held = world.records.find((one) => one.id === id);
    held?.files.push({ name, size: bytes.length });
    return { status: 200, body: { Key: name } };
  }
  const { prefix } = json as { prefix: string };
  const held = world.records.find((one) => prefix === `nonConformance/${one.id}`);
  return {
    status: 200,
    body: held?.files.map(({ name: file, size }) => ({ name: file, metadata: { size } })) ?? [],
  };
}
