import {
  type Asked,
  change,
  formOf,
  type Held,
  isBasic,
  keep,
  refusedFor,
  seconds,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * ServiceNow: import set with a transform map, table API, attachments.
 * [src] an import answers for each row (inserted, updated, ignored, error) with sys_id; coalesce makes an upsert.
 * [bel] 201 whatever the row's status is; errors as {error:{message,detail}}; columns that the staging table lacks are
 * ignored; 429 with Retry-After; work notes in sys_journal_field; values are text, empty ones "".
 */
export const serviceNowSecret = "snow-password-42";
const columns = [
  "u_buyoff_key",
  "short_description",
  "description",
  "u_defect_code",
  "u_severity",
  "u_quantity",
  "u_part",
  "u_part_revision",
  "u_serial",
  "u_order",
  "u_requirement",
  "u_actual",
];

export const startServiceNow = () =>
  simulate({
    answer: (asked, world) => {
      const [, , , api, of, id] = asked.path.split("/");
      if (!isBasic(asked, "buyoff", serviceNowSecret) || world.isRevoked)
        return {
          status: 401,
          body: {
            error: {
              message: "User Not Authenticated",
              detail: "Required to provide Auth information",
            },
            status: "failure",
          },
        };
      if (api === "import") return imported(asked, world);
      if (api === "attachment") return attachment(asked, world);
      if (of === "sys_journal_field") return { status: 200, body: { result: noted(asked, world) } };
      return table(asked, world, id);
    },
    isWrite: ({ method }) => method !== "GET",
    isUpload: ({ path }) => path.endsWith("/attachment/file"),
  });

function imported({ json }: Asked, world: World) {
  const sent = json as Record<string, unknown>;
  const fields = Object.fromEntries(
    columns.map((name) => [name, sent[name] == null ? "" : String(sent[name])]),
  );
  const row = { transform_map: "Buyoff NCR", table: "u_nonconformance" };
  const refused = refusedFor(world, fields);
  if (refused)
    return {
      status: 201,
      body: {
        result: [{ ...row, status: "error", error_message: `${refused}: mandatory field not set` }],
      },
    };
  const there = world.records.find((one) => one.fields.u_buyoff_key === fields.u_buyoff_key);
  if (there) change(there, fields);
  const held =
    there ??
    keep(world, `${world.records.length + 1}`.padStart(32, "a"), {
      ...fields,
      state: "1",
      u_disposition: "",
      u_disposition_quantity: "",
      u_design_authority: "",
    });
  return {
    status: 201,
    body: {
      import_set: "ISET0010001",
      result: [
        {
          ...row,
          status: there ? "updated" : "inserted",
          display_name: "number",
          display_value: numberOf(held),
          sys_id: held.id,
        },
      ],
    },
  };
}

const numberOf = ({ id }: Held) => `QN${id.replaceAll("a", "").padStart(7, "0")}`;
const shown = (held: Held) => ({
  ...held.fields,
  sys_id: held.id,
  number: numberOf(held),
  sys_updated_on: seconds(held.changedAt),
  sys_created_on: seconds(held.createdAt),
  sys_mod_count: String(held.changes),
});

function table({ method, query, json }: Asked, world: World, id: string | undefined) {
  if (id !== undefined) {
    const held = world.records.find((one) => one.id === id);
    if (!held)
      return {
        status: 404,
        body: {
          error: {
            message: "No Record found",
            detail: "Record doesn't exist or ACL restricts the record retrieval",
          },
          status: "failure",
        },
      };
    if (method === "PATCH") {
      held.notes.push({ text: (json as { work_notes: string }).work_notes });
      change(held, {});
    }
    return { status: 200, body: { result: shown(held) } };
  }
  const [first = ""] = (query.get("sysparm_query") ?? "").split("^ORDERBY");
  const [field = "", value = ""] = first.split(/>?=/);
  const isSince = first.includes(">=");
  const rows = world.records.map(shown).filter((row) => {
    const is = String((row as Record<string, unknown>)[field] ?? "");
    return isSince ? is >= value : is === value;
  });
  return { status: 200, body: { result: rows } };
}

const named = ({ query }: Asked, name: string) =>
  new RegExp(`${name}=([^^]+)`).exec(query.get("sysparm_query") ?? "")?.[1];
const noted = (asked: Asked, world: World) =>
  world.records
    .find(({ id }) => id === named(asked, "element_id"))
    ?.notes.map(({ text }) => ({ value: text })) ?? [];

function attachment(asked: Asked, world: World) {
  if (asked.method === "GET") {
    const held = world.records.find(({ id }) => id === named(asked, "table_sys_id"));
    return {
      status: 200,
      body: {
        result:
          held?.files.map(({ name, size }) => ({ file_name: name, size_bytes: String(size) })) ??
          [],
      },
    };
  }
  const held = world.records.find(({ id }) => id === asked.query.get("table_sys_id"));
  const name = asked.query.get("file_name");
  if (!held || !name || formOf(asked))
    return { status: 400, body: { error: { message: "Invalid table_sys_id or file_name" } } };
  held.files.push({ name, size: asked.bytes.length });
  return {
    status: 201,
    body: { result: { file_name: name, size_bytes: String(asked.bytes.length) } },
  };
}
