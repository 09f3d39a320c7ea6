import {
  type Answer,
  type Asked,
  change,
  formOf,
  type Held,
  isBasic,
  keep,
  refusedFor,
  simulate,
  type World,
} from "./simulator.ts";

/**
 * Jira Cloud, REST v3.
 * [src] the old search is 410 Gone, /search/jql takes explicit fields; just created issues are not found for a while;
 * no key of ours keeps a second from being made; attachments are multipart with X-Atlassian-Token.
 * [bel] 400 with {errorMessages, errors}; descriptions and comments are documents (ADF); 255 characters of a
 * summary, no line breaks in it; 429 with Retry-After.
 */
export const jiraSecret = "jira-api-token-45";
/** Shorter than a settling time of the tests, longer than one answer. */
const lagMs = 400;

export const startJira = () =>
  simulate({
    answer: (asked, world) => {
      if (!isBasic(asked, "buyoff@plant.example", jiraSecret) || world.isRevoked)
        return {
          status: 401,
          body: { errorMessages: ["Client must be authenticated to access this resource."] },
        };
      if (asked.path === "/rest/api/3/search")
        return {
          status: 410,
          body: {
            errorMessages: [
              "The requested API has been removed. Please migrate to /rest/api/3/search/jql.",
            ],
          },
        };
      if (asked.path === "/rest/api/3/search/jql") return search(asked, world);
      const [, , , , of, id, part] = asked.path.split("/");
      if (of !== "issue") return { status: 404, body: { errorMessages: ["Not found"] } };
      return id === undefined ? created(asked, world) : issue(asked, world, id, part);
    },
    isWrite: ({ method, path }) => method !== "GET" && !path.includes("/search"),
    isUpload: ({ path }) => path.endsWith("/attachments"),
  });

const stamp = (at: Date) => at.toISOString().replace("Z", "+0000");
const states: Record<string, object> = {
  open: { key: "new" },
  progress: { key: "indeterminate" },
  done: { key: "done" },
};

function shown(held: Held) {
  const { state, resolution, ...fields } = held.fields as Record<string, string>;
  const attachment = held.files.map(({ name, size }) => ({ filename: name, size }));
  return {
    id: held.id,
    key: `NCR-${held.id.slice(-3)}`,
    fields: {
      ...fields,
      attachment,
      resolution: resolution ? { name: resolution } : null,
      status: { name: state, statusCategory: states[state ?? ""] ?? { key: "undefined" } },
      created: stamp(held.createdAt),
      updated: stamp(held.changedAt),
    },
  };
}

function search({ json }: Asked, world: World): Answer {
  const { jql, fields } = json as { jql: string; fields?: string[] };
  if (!fields) return { status: 400, body: { errorMessages: ["fields are needed"] } };
  const key = /cf\[10050\] ~ "\\"(.+?)\\""/.exec(jql)?.[1];
  const indexed = world.records.filter(({ createdAt }) => Date.now() - createdAt.getTime() > lagMs);
  const since = /updated >= (?:-(\d+)m|"([\d-]+)")/.exec(jql);
  if (!jql.startsWith('project = "NCR"') || (key === undefined && since === null))
    return { status: 400, body: { errorMessages: [`Error in the JQL Query: ${jql}`] } };
  const issues = indexed
    .filter((held) => key === undefined || held.fields.customfield_10050 === key)
    .map(shown);
  return { status: 200, body: { issues, isLast: true } };
}

function created({ json }: Asked, world: World): Answer {
  const { fields = {} } = json as { fields?: Record<string, unknown> };
  const errors: Record<string, string> = {};
  if ((fields.project as { key?: string })?.key !== "NCR")
    errors.project = "valid project is required";
  if ((fields.issuetype as { name?: string })?.name !== "Nonconformance")
    errors.issuetype = "The issue type selected is invalid.";
  const summary = String(fields.summary ?? "");
  if (summary === "" || summary.length > 255 || summary.includes("\n"))
    errors.summary = "You must specify a summary of the issue.";
  if ((fields.description as { type?: string })?.type !== "doc")
    errors.description =
      "Operation value must be an Atlassian Document (see the Atlassian Document Format)";
  const refused = refusedFor(world, fields);
  if (refused)
    errors[refused] = "Field cannot be set. It is not on the appropriate screen, or unknown.";
  if (Object.keys(errors).length > 0) return { status: 400, body: { errorMessages: [], errors } };
  const held = keep(world, String(10_001 + world.records.length), { ...fields, state: "open" });
  return { status: 201, body: { id: held.id, key: `NCR-${held.id.slice(-3)}`, self: "…" } };
}

function issue(asked: Asked, world: World, id: string, part: string | undefined): Answer {
  const held = world.records.find((one) => one.id === id);
  if (!held)
    return {
      status: 404,
      body: {
        errorMessages: ["Issue does not exist or you do not have permission to see it."],
        errors: {},
      },
    };
  if (part === "comment") {
    if (asked.method === "GET")
      return {
        status: 200,
        body: { comments: held.notes.map(({ text }) => ({ body: JSON.parse(text) })) },
      };
    const { body } = asked.json as { body: { type?: string } };
    if (body.type !== "doc")
      return {
        status: 400,
        body: { errorMessages: [], errors: { comment: "Comment body is not valid!" } },
      };
    held.notes.push({ text: JSON.stringify(body) });
    change(held, {});
    return { status: 201, body: { id: "1" } };
  }
  if (part === "attachments") {
    const file = formOf(asked)?.file;
    if (asked.headers["x-atlassian-token"] !== "no-check" || !file)
      return { status: 403, body: { errorMessages: ["XSRF check failed"] } };
    held.files.push(file);
    return { status: 200, body: [{ filename: file.name, size: file.size }] };
  }
  return { status: 200, body: shown(held) };
}
