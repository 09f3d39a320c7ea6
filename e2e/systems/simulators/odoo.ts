import {
  type Answer,
  type Asked,
  change,
  type Held,
  keep,
  refusedFor,
  seconds,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * Odoo 16 with OCA's mgmtsystem_nonconformity over JSON-RPC.
 * [run] every answer is a 200, errors by error.data.name; authenticate says false; what is required on create; load()
 * upserts by its id column and a loser gets ids false; read of what is gone gives []; unlink is refused; times of
 * whole seconds; file_size and checksum of attachments; no stage without its comments.
 * [bel] message_post and mail.message as the place of notes.
 */
export const odooSecret = "odoo-api-key-41";
const required = [
  "partner_id/.id",
  "responsible_user_id/.id",
  "manager_user_id/.id",
  "origin_ids/.id",
  "description",
];
const known = [...required, "id", "name", "reference", "severity_id/.id"];

type Call = { service: string; method: string; args: unknown[] };

export const startOdoo = () =>
  simulate({
    answer: (asked, world) => {
      const { params } = (asked.json ?? {}) as { params?: Call };
      if (asked.path !== "/jsonrpc" || !params) return { status: 404 };
      return { status: 200, body: { jsonrpc: "2.0", id: 1, ...called(params, world) } };
    },
    isWrite: (asked) => ["load", "message_post", "create"].includes(methodOf(asked)),
    isUpload: (asked) => methodOf(asked) === "create",
  });

const methodOf = ({ json }: Asked): string =>
  String(((json as { params?: Call } | undefined)?.params?.args ?? [])[4] ?? "");

const error = (name: string, message: string) => ({
  error: { code: 200, message: "Odoo Server Error", data: { name, message, debug: "Traceback …" } },
});

function called({ service, method, args }: Call, world: World): Answer["body"] & object {
  const right = (secret: unknown) => secret === odooSecret && !world.isRevoked;
  if (service === "common" && method === "authenticate")
    return { result: right(args[2]) ? 2 : false };
  const [database, uid, secret, model, act, of, more] = args as [
    string,
    number,
    string,
    string,
    string,
    unknown[],
    object,
  ];
  if (database !== "odoo" || uid !== 2 || !right(secret))
    return error("odoo.exceptions.AccessDenied", "Access Denied");
  if (act === "unlink")
    return error(
      "odoo.exceptions.AccessError",
      "You are not allowed to delete 'Nonconformity' records",
    );
  if (model === "mgmtsystem.nonconformity") return nonconformity(world, act, of, more);
  const [first] = of as [
    { res_id: number; name: string; datas: string } | [string, string, unknown][],
  ];
  if (act === "search_read") {
    const id = String(
      (first as [string, string, unknown][]).find(([field]) => field === "res_id")?.[2],
    );
    const held = world.records.find((one) => one.id === id);
    const rows =
      model === "mail.message"
        ? held?.notes.map(({ text }) => ({ body: `<p>${text}</p>` }))
        : held?.files.map(({ name, size }) => ({ name, file_size: size }));
    return { result: rows ?? [] };
  }
  if (model === "ir.attachment" && act === "create") {
    const { res_id, name, datas } = first as { res_id: number; name: string; datas: string };
    world.records
      .find(({ id }) => id === String(res_id))
      ?.files.push({ name, size: Buffer.from(datas, "base64").length });
    return { result: 900 };
  }
  return error("builtins.AttributeError", `${model}.${act}`);
}

function nonconformity(world: World, act: string, of: unknown[], more: object) {
  if (act === "load") return load(world, of[0] as string[], (of[1] as string[][])[0] ?? []);
  if (act === "message_post") {
    const held = world.records.find(({ id }) => id === String((of[0] as number[])[0]));
    if (!held)
      return error("odoo.exceptions.MissingError", "Record does not exist or has been deleted.");
    held.notes.push({ text: (more as { body: string }).body });
    change(held, {});
    return { result: 800 + held.notes.length };
  }
  if (act !== "search_read") return error("builtins.AttributeError", act);
  const [field, how, value] = (of[0] as [string, string, unknown][])[0] ?? ["", "", ""];
  const rows = world.records.map(shown).filter((row) => {
    const is = (row as Record<string, unknown>)[field];
    return how === "=" ? is === value : String(is) > String(value);
  });
  return { result: rows };
}

function load(world: World, columns: string[], row: string[]) {
  const fields = Object.fromEntries(columns.map((name, at) => [name, row[at]]));
  const no = (message: string) => ({
    result: { ids: false, messages: [{ type: "error", message }] },
  });
  const unknown = columns.find((name) => !known.includes(name));
  if (unknown)
    return error(
      "builtins.ValueError",
      `Invalid field '${unknown}' on model 'mgmtsystem.nonconformity'`,
    );
  const missing = required.find((name) => !fields[name]) ?? refusedFor(world, fields);
  if (missing) return no(`Missing required value for the field '${missing}'`);
  const there = world.records.find((one) => one.fields.id === fields.id);
  if (there) change(there, fields);
  const held =
    there ?? keep(world, String(world.records.length + 41), { ...fields, state: "draft" });
  return { result: { ids: [Number(held.id)], messages: [] } };
}

const shown = (held: Held) => ({
  id: Number(held.id),
  ref: `NC-${held.id.padStart(5, "0")}`,
  name: held.fields.name,
  reference: held.fields.reference ?? false,
  description: held.fields.description,
  state: held.fields.state,
  create_date: seconds(held.createdAt),
  write_date: seconds(held.changedAt),
  message_ids: Array.from(
    { length: held.changes + 1 },
    (_, at) => Number(held.id) * 100 + at,
  ).toReversed(),
});
