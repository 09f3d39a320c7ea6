import {
  type Answer,
  type Asked,
  type Held,
  isBasic,
  keep,
  refusedFor,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * SAP S/4HANA, API_DEFECT_SRV (OData V2).
 * [src] the entity's fields with their lengths; IsDeleted, ChangedDateTime; no member for a key of ours.
 * [bel] a write without the token and its cookies is a 403 with X-CSRF-Token: Required; errors as
 * {error:{message:{value},innererror:{errordetails}}}; 412 for a stale If-Match; attachments by
 * API_CV_ATTACHMENT_SRV; dates as /Date(ms)/.
 */
export const sapSecret = "sap-password-43";
const lengths: Record<string, number> = {
  DefectText: 40,
  DefectCategory: 2,
  DefectCodeCatalog: 1,
  DefectCodeGroup: 8,
  DefectCode: 4,
  DefectiveQuantity: 13,
  ManufacturingOrder: 12,
  ManufacturingOrderOperation: 4,
  Material: 40,
  Plant: 4,
};
const problem = (status: number, value: string, detail = value): Answer => ({
  status,
  body: {
    error: {
      code: "QDEF/001",
      message: { lang: "en", value },
      innererror: { errordetails: [{ message: detail }] },
    },
  },
});

/** [bel] Somebody else has saved the object since it was read. */
export const sapStale = problem(412, "Precondition failed");

export const startSap = () =>
  simulate({
    answer: (asked, world) => {
      if (!isBasic(asked, "BUYOFF", sapSecret) || world.isRevoked) return { status: 401, body: "" };
      if (asked.headers["x-csrf-token"]?.toString().toLowerCase() === "fetch") {
        world.begun += 1;
        const token = `csrf-token-${world.begun}`;
        world.sessions.add(token);
        return {
          status: 200,
          body: { d: { EntitySets: ["A_Defect"] } },
          headers: {
            "x-csrf-token": token,
            "set-cookie": [
              `SAP_SESSIONID_S4H_100=${token}; path=/; HttpOnly`,
              "sap-usercontext=sap-client=100; path=/",
            ],
          },
        };
      }
      if (asked.method !== "GET" && !isInSession(asked, world))
        return {
          status: 403,
          headers: { "x-csrf-token": "Required" },
          body: "CSRF token validation failed",
        };
      if (asked.path.startsWith("/API_CV_ATTACHMENT_SRV/")) return files(asked, world);
      return asked.path === "/API_DEFECT_SRV/A_Defect"
        ? defects(asked, world)
        : defect(asked, world);
    },
    isWrite: ({ method }) => method !== "GET",
    isUpload: ({ path }) => path.endsWith("/AttachmentContentSet"),
  });

function isInSession({ headers }: Asked, world: World): boolean {
  const token = String(headers["x-csrf-token"] ?? "");
  const cookies = (headers.cookie ?? "").split("; ");
  return (
    world.sessions.has(token) &&
    cookies.includes(`SAP_SESSIONID_S4H_100=${token}`) &&
    cookies.includes("sap-usercontext=sap-client=100")
  );
}

const date = (at: Date, zone = "") => `/Date(${at.getTime()}${zone})/`;
const shown = (held: Held) => ({
  ...held.fields,
  DefectInternalID: held.id,
  Defect: held.id.slice(-8),
  CreationDate: date(held.createdAt),
  ChangedDateTime: date(held.changedAt, "+0000"),
});

function defects({ method, query, json }: Asked, world: World): Answer {
  if (method === "GET") {
    const since = /datetimeoffset'([^']+)'/.exec(query.get("$filter") ?? "")?.[1];
    const rows = world.records.filter(({ changedAt }) => !since || changedAt > new Date(since));
    return { status: 200, body: { d: { results: rows.map(shown) } } };
  }
  const fields = json as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (!(name in lengths)) return problem(400, `Property ${name} is invalid`);
    if (typeof value !== "string" || value.length > (lengths[name] ?? 0))
      return problem(400, `Property ${name} has invalid value '${value}'`);
  }
  const refused = refusedFor(world, fields);
  if (refused)
    return problem(400, "Defect can't be created", `${refused} ${fields[refused]} does not exist`);
  if (!fields.DefectCodeGroup || !fields.DefectCode) return problem(400, "Enter a defect code");
  const held = keep(world, String(world.records.length + 1).padStart(12, "0"), {
    ...fields,
    IsDeleted: false,
  });
  return { status: 201, body: { d: shown(held) } };
}

function defect({ method, path, headers }: Asked, world: World): Answer {
  const held = world.records.find(({ id }) => path === `/API_DEFECT_SRV/A_Defect('${id}')`);
  if (!held) return problem(404, "Resource not found for segment 'A_Defect'");
  if (method === "PATCH" && headers["if-match"] !== `W/"${held.changes}"`)
    return problem(412, "Precondition failed");
  return { status: 200, body: { d: shown(held) }, headers: { etag: `W/"${held.changes}"` } };
}

function files({ method, query, headers, bytes }: Asked, world: World): Answer {
  const key =
    method === "GET"
      ? query.get("LinkedSAPObjectKey")?.replaceAll("'", "")
      : headers.linkedsapobjectkey;
  const held = world.records.find(({ id }) => id === key);
  if (!held || (method === "POST" && headers.businessobjecttypename !== "QDEFECT"))
    return problem(400, "Object does not exist");
  if (method === "GET")
    return {
      status: 200,
      body: {
        d: {
          results: held.files.map(({ name, size }) => ({ FileName: name, FileSize: String(size) })),
        },
      },
    };
  held.files.push({ name: String(headers.slug), size: bytes.length });
  if (headers["content-type"] === "text/plain")
    held.notes.push({ key: String(headers.slug), text: bytes.toString("utf8") });
  return { status: 201, body: { d: { FileName: headers.slug } } };
}
