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
 * Veeva Vault QMS.
 * [src] a session id sent raw in Authorization; create and upsert of rows, each with its own success within a 200;
 * errors by type: INVALID_SESSION_ID, INVALID_DATA, PARAMETER_REQUIRED.
 * [2nd] a burst is answered late (X-VaultAPI-ResponseDelay) and not refused.
 * [bel] idParam as the upsert's name; VQL's answers; attachments of object records; API_LIMIT_EXCEEDED.
 */
export const veevaSecret = "veeva-password-46";
const known = [
  "buyoff_key__c",
  "name__v",
  "description__c",
  "defect_code__c",
  "part__c",
  "serial__c",
  "order__c",
  "quantity__c",
  "object_type__v.api_name__v",
];
const failure = (type: string, message: string): Answer => ({
  status: 200,
  body: { responseStatus: "FAILURE", errors: [{ type, message }] },
  headers: { "x-vaultapi-executionid": "e-1" },
});
const success = (body: object): Answer => ({
  status: 200,
  body: { responseStatus: "SUCCESS", ...body },
  headers: { "x-vaultapi-executionid": "e-1" },
});

export const startVeeva = () =>
  simulate({
    answer: (asked, world) => {
      if (asked.path === "/api/v24.3/auth") return authenticated(asked, world);
      if (!world.sessions.has(String(asked.headers.authorization)) || world.isRevoked)
        return failure("INVALID_SESSION_ID", "Invalid or expired session ID.");
      if (asked.path === "/api/v24.3/query") return queried(asked, world);
      const [, , , , object, id, part] = asked.path.split("/");
      if (object === "buyoff_note__c") return notes(asked, world);
      if (object !== "quality_event__qdm")
        return failure("MALFORMED_URL", "The resource does not exist");
      return id === undefined ? upserted(asked, world) : one(asked, world, id, part);
    },
    isWrite: ({ method, path }) =>
      method !== "GET" && !path.endsWith("/auth") && !path.endsWith("/query"),
    isUpload: ({ path }) => path.endsWith("/attachments"),
    limited: failure(
      "API_LIMIT_EXCEEDED",
      "You have exceeded the maximum number of API calls allowed.",
    ),
  });

function authenticated({ bytes, headers }: Asked, world: World): Answer {
  const form = new URLSearchParams(bytes.toString("utf8"));
  const isForm = headers["content-type"] === "application/x-www-form-urlencoded";
  if (
    !isForm ||
    form.get("username") !== "buyoff@plant.example" ||
    form.get("password") !== veevaSecret ||
    world.isRevoked
  )
    return failure("USERNAME_OR_PASSWORD_INCORRECT", "Authentication failed");
  world.begun += 1;
  const sessionId = `vault-session-${world.begun}-8f2c`;
  world.sessions.add(sessionId);
  return success({ sessionId, vaultId: 1 });
}

const shown = (held: Held) => ({
  ...held.fields,
  id: held.id,
  created_date__v: held.createdAt.toISOString(),
  modified_date__v: held.changedAt.toISOString(),
});

function queried({ bytes, headers }: Asked, world: World): Answer {
  const q = new URLSearchParams(bytes.toString("utf8")).get("q") ?? "";
  if (headers["content-type"] !== "application/x-www-form-urlencoded" || !q.startsWith("SELECT "))
    return failure("PARAMETER_REQUIRED", "Missing required parameter [q]");
  const [, field = "", how, value = ""] = /WHERE (\w+) (=|>) '([^']*)'/.exec(q) ?? [];
  const rows = world.records.map(shown).filter((row) => {
    const is = String((row as Record<string, unknown>)[field]);
    return how === "=" ? is === value : is > value;
  });
  return success({ data: rows });
}

function upserted({ json, query }: Asked, world: World): Answer {
  const rows = (json as Record<string, unknown>[]).map((fields) => {
    const no = (type: string, message: string) => ({
      responseStatus: "FAILURE",
      errors: [{ type, message }],
    });
    const wrong =
      Object.keys(fields).find((name) => !known.includes(name)) ?? refusedFor(world, fields);
    if (wrong) return no("INVALID_DATA", `The field [${wrong}] is not valid`);
    if (!fields["object_type__v.api_name__v"] || !fields.name__v)
      return no("PARAMETER_REQUIRED", "Missing required parameter [name__v]");
    const there =
      query.get("idParam") === "buyoff_key__c"
        ? world.records.find((one) => one.fields.buyoff_key__c === fields.buyoff_key__c)
        : undefined;
    if (there) change(there, fields);
    const { id } =
      there ??
      keep(world, `V0B00000000${world.records.length + 1}`, {
        ...fields,
        state__v: "draft_state__c",
      });
    return {
      responseStatus: "SUCCESS",
      data: { id, url: `/api/v24.3/vobjects/quality_event__qdm/${id}` },
    };
  });
  return success({ data: rows });
}

function notes({ method, json, query }: Asked, world: World): Answer {
  if (method === "GET") {
    const held = world.records.find(({ id }) => id === query.get("quality_event__c"));
    return success({ data: held?.notes.map(({ key }) => ({ buyoff_key__c: key })) ?? [] });
  }
  const [row] = json as { buyoff_key__c: string; quality_event__c: string; text__c: string }[];
  const held = world.records.find(({ id }) => id === row?.quality_event__c);
  if (!row || !held)
    return success({
      data: [
        {
          responseStatus: "FAILURE",
          errors: [{ type: "INVALID_DATA", message: "quality_event__c" }],
        },
      ],
    });
  if (!held.notes.some(({ key }) => key === row.buyoff_key__c))
    held.notes.push({ key: row.buyoff_key__c, text: row.text__c });
  return success({ data: [{ responseStatus: "SUCCESS", data: { id: "V0N1" } }] });
}

function one(asked: Asked, world: World, id: string, part: string | undefined): Answer {
  const held = world.records.find((of) => of.id === id);
  if (!held) return failure("INVALID_DATA", `Invalid value [${id}] specified for parameter [id]`);
  if (part !== "attachments") return success({ data: shown(held) });
  if (asked.method === "GET")
    return success({
      data: held.files.map(({ name, size }) => ({ filename__v: name, size__v: size })),
    });
  const file = formOf(asked)?.file;
  if (!file) return failure("PARAMETER_REQUIRED", "Missing required parameter [file]");
  held.files.push(file);
  return success({ data: { id: 1, version__v: 1 } });
}
