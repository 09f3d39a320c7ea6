import {
  type Answer,
  type Asked,
  change,
  formOf,
  type Held,
  keep,
  refusedFor,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * ERPNext, Non Conformance through Frappe's REST v1.
 * [src] subject, procedure and status are required; the procedure has to exist; PUT is a partial update; names by
 * series; filters on modified.
 * [bel] 409 DuplicateEntryError for a unique custom field; 417 for what a validation refuses and for a stale
 * modified (TimestampMismatchError); 403 PermissionError; upload_file's field names; unknown fields dropped.
 */
export const erpNextSecret = "erp-key-44:erp-secret-44";
const known = [
  "subject",
  "procedure",
  "status",
  "details",
  "custom_buyoff_key",
  "custom_defect_code",
  "custom_severity",
  "custom_quantity",
  "custom_part",
  "custom_serial",
  "custom_order",
  "custom_requirement",
  "custom_actual",
];
const refused = (status: number, type: string, said: string): Answer => ({
  status,
  body: { exc_type: type, exception: `frappe.exceptions.${type}: ${said}` },
});

/** [bel] Somebody else has saved the document since it was read. */
export const erpNextStale = refused(
  417,
  "TimestampMismatchError",
  "Error: Document has been modified after you have opened it",
);

export const startErpNext = () =>
  simulate({
    answer: (asked, world) => {
      if (asked.headers.authorization !== `token ${erpNextSecret}` || world.isRevoked)
        return refused(401, "AuthenticationError", "Invalid token");
      const [, , , doctype, name] = asked.path.split("/");
      if (doctype === "upload_file") return upload(asked, world);
      if (doctype === "Comment") return comments(asked, world);
      if (doctype === "File")
        return {
          status: 200,
          body: {
            data:
              named(asked, world, "attached_to_name")?.files.map(({ name: file_name, size }) => ({
                file_name,
                file_size: size,
              })) ?? [],
          },
        };
      return name === undefined ? conformances(asked, world) : conformance(asked, world, name);
    },
    isWrite: ({ method }) => method !== "GET",
    isUpload: ({ path }) => path.endsWith("/upload_file"),
  });

const stamp = (at: Date) => `${at.toISOString().slice(0, 23).replace("T", " ")}000`;
const shown = (held: Held) => ({
  ...held.fields,
  name: held.id,
  creation: stamp(held.createdAt),
  modified: stamp(held.changedAt),
});
const filtersOf = ({ query }: Asked) =>
  JSON.parse(query.get("filters") ?? "[]") as [string, string, string][];
const named = (asked: Asked, world: World, by: string) =>
  world.records.find(({ id }) => id === filtersOf(asked).find(([field]) => field === by)?.[2]);

function conformances(asked: Asked, world: World): Answer {
  if (asked.method === "GET") {
    const [[field, how, value] = ["", "", ""]] = filtersOf(asked);
    const rows = world.records.map(shown).filter((row) => {
      const is = String((row as Record<string, unknown>)[field]);
      return how === "=" ? is === value : is > value;
    });
    return { status: 200, body: { data: rows } };
  }
  const sent = asked.json as Record<string, unknown>;
  const fields = Object.fromEntries(known.map((name) => [name, sent[name] ?? null]));
  const missing =
    ["subject", "procedure", "status"].find((name) => !fields[name]) ?? refusedFor(world, fields);
  if (missing) return refused(417, "MandatoryError", `[Non Conformance, new]: ${missing}`);
  if (fields.procedure !== "Nonconformance")
    return refused(417, "LinkValidationError", `Could not find Procedure: ${fields.procedure}`);
  if (String(fields.subject).length > 140)
    return refused(417, "CharacterLengthExceededError", "Subject will get truncated");
  if (world.records.some((one) => one.fields.custom_buyoff_key === fields.custom_buyoff_key))
    return refused(409, "DuplicateEntryError", "custom_buyoff_key must be unique");
  return {
    status: 200,
    body: {
      data: shown(
        keep(world, `QA-NC-${String(world.records.length + 1).padStart(5, "0")}`, fields),
      ),
    },
  };
}

function conformance({ method, json }: Asked, world: World, name: string): Answer {
  const held = world.records.find(({ id }) => id === name);
  if (!held) return refused(404, "DoesNotExistError", `Non Conformance ${name} not found`);
  if (method === "PUT") {
    const { modified, ...fields } = json as Record<string, unknown>;
    if (modified && modified !== stamp(held.changedAt)) return erpNextStale;
    change(held, fields);
  }
  return { status: 200, body: { data: shown(held) } };
}

function comments(asked: Asked, world: World): Answer {
  if (asked.method === "GET")
    return {
      status: 200,
      body: {
        data:
          named(asked, world, "reference_name")?.notes.map(({ text }, at) => ({
            name: `c${at}`,
            content: text,
          })) ?? [],
      },
    };
  const sent = asked.json as { reference_name: string; content: string };
  const held = world.records.find(({ id }) => id === sent.reference_name);
  if (!held)
    return refused(
      417,
      "LinkValidationError",
      `Could not find Reference Name: ${sent.reference_name}`,
    );
  held.notes.push({ text: sent.content });
  return { status: 200, body: { data: { name: `c${held.notes.length}` } } };
}

function upload(asked: Asked, world: World): Answer {
  const form = formOf(asked);
  const held = world.records.find(({ id }) => id === form?.fields.docname);
  if (!form?.file || !held || form.fields.doctype !== "Non Conformance")
    return refused(417, "ValidationError", "There is nothing attached");
  held.files.push(form.file);
  return {
    status: 200,
    body: { message: { file_name: form.file.name, file_size: form.file.size } },
  };
}
