import { parseDocument } from "yaml";

/** GitHub's has 13 million characters and a million nodes. */
export const documentBytesMax = 16_000_000;
/** YAML is read far more slowly than JSON: half a million characters take a second and a half. */
const yamlCharsMax = 1_000_000;
const depthMax = 60;
const nodesMax = 1_500_000;
const operationsMax = 3_000;
/** References out of the document that are told. */
const outsideMax = 20;
const methods = ["get", "post", "put", "patch"] as const;

export type Node = Readonly<Record<string, unknown>>;

/** One operation as the document describes it; its schemas still point into the document. */
export type Operation = {
  method: "GET" | "POST" | "PUT" | "PATCH";
  path: string;
  summary: string;
  /** Names of what stands behind the question mark. */
  query: readonly string[];
  /** Of a JSON body; null: it takes none. */
  request: unknown;
  /** Of the JSON answer when all went well; null: none is described. */
  response: unknown;
};

export type ApiDocument = {
  /** 2.0, 3.0.3, 3.1.0: a schema means something else in each. */
  openapi: string;
  title: string;
  version: string;
  /** Where it says that its paths begin, as far as it says so in full. */
  server: string | null;
  operations: readonly Operation[];
  /** What it names of other documents, where nobody looks. */
  outside: readonly string[];
  root: Node;
};

export type DocumentProblem =
  | "api_document_unreadable"
  | "api_document_too_large"
  | "api_document_other_version"
  | "api_document_no_operations"
  | "api_document_webhooks_only"
  | "api_document_in_parts";

/** `line`: where it can't be read any further, as far as its reader says so. */
export type ReadDocument =
  | { ok: true; document: ApiDocument }
  | { ok: false; problem: DocumentProblem; line: number | null };

/**
 * An OpenAPI document of 3.0 to 3.2, or of Swagger 2.0; JSON or YAML. It comes from somebody else: nothing in it is
 * trusted, fetched or run. `address`: where it was read, from which it may count its own addresses.
 */
export function readDocument(text: string, address: string | null = null): ReadDocument {
  if (text.length > documentBytesMax) return wrong("api_document_too_large");
  const whole = parsed(text);
  if (!whole.ok) return whole;
  const { root } = whole;
  if (!isNode(root)) return wrong("api_document_unreadable");
  if (!isBounded(root)) return wrong("api_document_too_large");
  const openapi = textOf(root.openapi ?? root.swagger, 20);
  if (!/^(3\.[012](\.|$)|2\.0$|2$)/.test(openapi)) return wrong("api_document_other_version");
  const operations = operationsOf(root, openapi);
  if (operations === null) return wrong("api_document_too_large");
  const outside = outsideOf(root);
  if (operations.length === 0) return wrong(emptyBecause(root, outside));
  const info = isNode(root.info) ? root.info : {};
  return {
    ok: true,
    document: {
      openapi,
      title: textOf(info.title, 120),
      version: textOf(info.version, 60),
      server: serverOf(root, address),
      operations,
      outside,
      root,
    },
  };
}

type Refused = Extract<ReadDocument, { ok: false }>;
const wrong = (problem: DocumentProblem, line: number | null = null): Refused => ({
  ok: false,
  problem,
  line,
});

/** Why nothing can be asked of it: of what a system tells by itself nothing is made here. */
function emptyBecause(root: Node, outside: readonly string[]): DocumentProblem {
  if (outside.length > 0) return "api_document_in_parts";
  const isNews = isNode(root.webhooks) && Object.keys(root.webhooks).length > 0;
  return isNews ? "api_document_webhooks_only" : "api_document_no_operations";
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const textOf = (value: unknown, max: number): string =>
  typeof value === "string" || typeof value === "number"
    ? String(value).replace(/\s+/g, " ").trim().slice(0, max)
    : "";

/** JSON is YAML, but is read as what it is: quicker, and a mistake in it is one. */
function parsed(given: string): { ok: true; root: unknown } | Refused {
  const text = given.replace(/^\uFEFF/, "");
  if (/^\s*\{/.test(text)) {
    try {
      return { ok: true, root: JSON.parse(text) };
    } catch (problem) {
      return wrong("api_document_unreadable", lineIn(text, placeIn(problem)));
    }
  }
  if (text.length > yamlCharsMax) return wrong("api_document_too_large");
  if (isTangled(text)) return wrong("api_document_unreadable");
  try {
    const read = parseDocument(text, {
      schema: "core",
      // Not of today's YAML, and in most documents that are written by hand: "<<" takes in what stands elsewhere.
      merge: true,
      logLevel: "silent",
      // Both cost the square of what they look at.
      prettyErrors: false,
      uniqueKeys: false,
    });
    const [first] = read.errors;
    if (first) return wrong("api_document_unreadable", lineIn(text, first.pos[0]));
    // Aliases of aliases of aliases: a few lines that mean millions.
    return { ok: true, root: read.toJS({ maxAliasCount: 100 }) };
  } catch {
    return wrong("api_document_unreadable");
  }
}

/** Where a reader of JSON stopped, which only its words say. */
function placeIn(problem: unknown): number | null {
  const said = problem instanceof SyntaxError ? /at position (\d+)/.exec(problem.message) : null;
  return said ? Number(said[1]) : null;
}

const lineIn = (text: string, place: number | null): number | null =>
  place === null ? null : text.slice(0, place).split("\n").length;

/** Keys that are documents themselves, and lists of lists in one line: a few thousand take minutes, and no API needs one. */
const isTangled = (text: string): boolean =>
  text.split("\n").some((line) => /^[\s-]*\?(\s|$)/.test(line) || /^\s*(?:-\s+){12}/.test(line));

/** Neither deeper nor larger than any document that people wrote. Counted as a tree: what an alias repeats counts again. */
function isBounded(root: Node): boolean {
  let nodes = 0;
  const open: { of: unknown; depth: number }[] = [{ of: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (nodes > nodesMax || next.depth > depthMax) return false;
    if (typeof next.of !== "object" || next.of === null) continue;
    for (const inner of Object.values(next.of)) open.push({ of: inner, depth: next.depth + 1 });
  }
  return true;
}

/** What a reference within the document leads to. Null: nowhere, in a ring, or out of the document, where nobody looks. */
export function resolved(root: Node, node: unknown): Node | null {
  let at = node;
  for (let hops = 0; hops < 30; hops += 1) {
    if (!isNode(at)) return null;
    if (typeof at.$ref !== "string") return at;
    at = pointedAt(root, at.$ref);
  }
  return null;
}

export function pointedAt(root: Node, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((at, part) => {
      const name = unescaped(part);
      if (typeof at !== "object" || at === null || name === null) return undefined;
      return Object.hasOwn(at, name) ? (at as Node)[name] : undefined;
    }, root);
}

function unescaped(part: string): string | null {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return null;
  }
}

/** References that lead out of the document, each once. */
function outsideOf(root: Node): string[] {
  const found = new Set<string>();
  const open: unknown[] = [root];
  for (let next = open.pop(); next !== undefined && found.size < outsideMax; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const { $ref } = next as Node;
    if (typeof $ref === "string" && !$ref.startsWith("#")) found.add($ref.slice(0, 200));
    // Of examples nothing is asked.
    for (const [name, inner] of Object.entries(next))
      if (name !== "example" && name !== "examples" && inner !== undefined) open.push(inner);
  }
  return [...found].sort();
}

function operationsOf(root: Node, openapi: string): Operation[] | null {
  const found: Operation[] = [];
  const is2 = openapi.startsWith("2");
  for (const [path, item] of Object.entries(isNode(root.paths) ? root.paths : {})) {
    const at = resolved(root, item);
    if (!at || !path.startsWith("/") || path.length > 300) continue;
    for (const method of methods) {
      const operation = at[method];
      if (!isNode(operation)) continue;
      if (found.length >= operationsMax) return null;
      const parameters = [...listOf(at.parameters), ...listOf(operation.parameters)];
      found.push({
        method: method.toUpperCase() as Operation["method"],
        path,
        summary: textOf(operation.summary ?? operation.operationId ?? "", 120),
        query: queryOf(root, parameters),
        request: is2
          ? bodyOf2(root, operation, parameters)
          : jsonSchemaOf(root, operation.requestBody),
        response: answerOf(root, operation, is2),
      });
    }
  }
  return found;
}

function queryOf(root: Node, parameters: readonly unknown[]): string[] {
  const names = parameters.flatMap((one) => {
    const of = resolved(root, one);
    return of?.in === "query" && typeof of.name === "string" ? [of.name.slice(0, 80)] : [];
  });
  return [...new Set(names)].slice(0, 60);
}

/** In Swagger 2.0 a body is a parameter; an operation's own stands for that of its path. */
function bodyOf2(root: Node, operation: Node, parameters: readonly unknown[]): unknown {
  if (!isJsonIn(operation.consumes ?? root.consumes)) return null;
  const body = parameters.map((one) => resolved(root, one)).findLast((one) => one?.in === "body");
  return body?.schema ?? null;
}

/** Where nothing is said of its kinds, it is JSON. */
const isJsonIn = (types: unknown): boolean =>
  listOf(types).length === 0 || listOf(types).some((type) => rankOf(String(type)) > 0);

/** The first of a successful answer's bodies that is JSON. */
function answerOf(root: Node, operation: Node, is2: boolean): unknown {
  if (is2 && !isJsonIn(operation.produces ?? root.produces)) return null;
  const { responses } = operation;
  for (const [status, response] of Object.entries(isNode(responses) ? responses : {})) {
    if (!/^2(\d\d|XX)$/i.test(status)) continue;
    const schema = is2 ? (resolved(root, response)?.schema ?? null) : jsonSchemaOf(root, response);
    if (schema !== null) return schema;
  }
  return null;
}

/** Of a body's kinds that of plain JSON: others may be another body, such as the changes of a JSON Patch. */
function jsonSchemaOf(root: Node, holder: unknown): unknown {
  const of = resolved(root, holder);
  const [best] = Object.entries(isNode(of?.content) ? of.content : {})
    .map(([type, media]) => ({ rank: rankOf(type), media }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  return best && isNode(best.media) ? (best.media.schema ?? null) : null;
}

function rankOf(type: string): number {
  const [plain = ""] = type.toLowerCase().split(";");
  const kind = plain.trim();
  if (kind === "application/json") return 5;
  if (/^application\/[\w.-]+\+json$/.test(kind)) return kind.includes("patch") ? 1 : 4;
  if (kind === "text/json") return 3;
  return kind === "*/*" || kind === "application/*" ? 2 : 0;
}

function serverOf(root: Node, address: string | null): string | null {
  const [first] = listOf(root.servers);
  const said = isNode(first) && typeof first.url === "string" ? first.url : serverOf2(root);
  if (said === null) return null;
  const named = isNode(first) && isNode(first.variables) ? first.variables : {};
  const url = said.replace(/\{([^{}]{1,60})\}/g, (all, name: string) => {
    const variable = named[name];
    return isNode(variable) ? textOf(variable.default, 200) : all;
  });
  if (/[{}]/.test(url)) return null;
  const isWhole = URL.canParse(url);
  if (!isWhole && (address === null || !URL.canParse(url, address))) return null;
  // Left as it is written: it is shown, and typed into the form.
  const whole = isWhole ? url : new URL(url, address ?? "").href;
  return /^https?:\/\/[^/]/.test(whole) ? whole.slice(0, 300) : null;
}

/** Where Swagger 2.0 says that its paths begin; without a host, at the document's own. */
function serverOf2({ host, basePath, schemes }: Node): string | null {
  const path = typeof basePath === "string" ? basePath : "/";
  if (typeof host !== "string") return typeof basePath === "string" ? path : null;
  const scheme =
    listOf(schemes).includes("https") || listOf(schemes).length === 0 ? "https" : "http";
  return `${scheme}://${host}${path.startsWith("/") ? path : `/${path}`}`;
}
