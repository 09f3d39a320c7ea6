import { nameOf } from "./contract.rules.ts";
import type { ApiPart } from "./contract.schema.ts";
import type { ApiDocument, Operation } from "./document.rules.ts";
import { type ApiField, fieldsIn, ownSchema } from "./schemas.rules.ts";

/** What others call a nonconformance, and what they give it to read; as words of a path or a summary. */
const about = new Set(
  `ncr nonconformance nonconformity nc defect deviation issue ticket incident finding qualityevent qualityrecord
   noconformidad defecto desviacion incidencia hallazgo`.split(/\s+/),
);
const additions = /comment|note|message|journal|remark|comentario|mensaje/i;
const files = /attach|file|photo|image|document|media|adjunto|archivo|foto/i;
const news = /change|delta|modified|updated|since|event|cambio|desde/i;

/** Without the marks of accented letters, so that one word is one whatever keyboard wrote it. */
const bare = (text: string): string => text.normalize("NFD").replace(/\p{Mark}/gu, "");

/** createNonConformances: create, nonconformance. No-conformidades: noconformidad. */
const wordsOf = (text: string): string[] =>
  bare(text)
    .replace(/non[-_ ]?conform/gi, "nonconform")
    .replace(/no[-_ ]?conformidad(es)?/gi, "noconformidad")
    .replace(/desviaciones/gi, "desviacion")
    .replace(/quality[-_ ]?(event|record)/gi, "quality$1")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/ies$/, "y").replace(/s$/, ""));
const isAbout = (text: string): boolean => wordsOf(text).some((word) => about.has(word));
/** quality-issues is, issue-types is not. */
const isNoun = (path: string): boolean => {
  const words = wordsOf(path.split("/").at(-1) ?? "").filter((word) => word !== "");
  return about.has(words.at(-1) ?? "");
};
const parametersIn = (path: string): number => path.split("{").length - 1;

/** Which of its operations each part most likely asks for, for a person to confirm. */
export function likelyOperations({ operations }: ApiDocument): Partial<Record<ApiPart, string>> {
  const best = (score: (of: Operation) => number): Operation | undefined =>
    operations
      .map((of) => ({ of, score: score(of) }))
      .filter((one) => one.score > 0)
      .sort((a, b) => b.score - a.score || a.of.path.length - b.of.path.length)[0]?.of;
  const create = best((of) => {
    if (!["POST", "PUT"].includes(of.method) || of.request === null || endsInOne(of)) return 0;
    if (additions.test(of.path) || files.test(of.path)) return 0;
    if (!isAbout(of.path)) return isAbout(of.summary) && (!isOfOne(of) || isOfAny(of)) ? 1 : 0;
    return (isNoun(of.path) ? 4 : 0) + (isOfOne(of) ? 0 : 2) + (of.method === "POST" ? 1 : 0);
  });
  if (!create) return {};
  const below = (of: Operation) =>
    of.path.startsWith(`${create.path}/{`) || of.path.startsWith(`${create.path}(`);
  const readBack = best((of) => (of.method === "GET" && below(of) && endsInOne(of) ? 1 : 0));
  const lookup = best((of) =>
    of.method === "GET" && of.path === create.path && keyNameIn(of.query) !== null ? 1 : 0,
  );
  const update = best((of) => {
    if (!below(of) || of.method === "GET") return 0;
    if (additions.test(of.path)) return 3;
    return endsInOne(of) ? (of.method === "PATCH" ? 2 : 1) : 0;
  });
  const attach = best((of) => (of.method !== "GET" && below(of) && files.test(of.path) ? 1 : 0));
  const changes = best((of) =>
    of.method !== "GET" || parametersIn(of.path) > parametersIn(create.path)
      ? 0
      : news.test(of.path) && (isAbout(of.path) || sinceIn(of.query) !== null)
        ? 2
        : of.path === create.path && sinceIn(of.query) !== null
          ? 1
          : 0,
  );
  const withdraw = best((of) =>
    below(of) && endsInOne(of) && of.method !== "GET" ? (of.method === "PATCH" ? 2 : 1) : 0,
  );
  const found = { create, lookup, readBack, update, attach, changes, withdraw };
  return Object.fromEntries(
    Object.entries(found).flatMap(([part, of]) => (of ? [[part, nameOf(of)]] : [])),
  );
}

/** projects/{project}/records: of what, its summary says. */
const isOfAny = ({ path }: Operation): boolean => /[/](records|cases|registros|casos)$/i.test(path);
const isOfOne = ({ path }: Operation): boolean => path.includes("{");
/** ncrs/{id}, and as OData has it: Ncrs({id}), Ncrs('{id}'). */
const endsInOne = ({ path }: Operation): boolean => /[{][^{}]+[}]'?\)?$/.test(path);

const keyNameIn = (names: readonly string[]): string | null =>
  names.find((name) => /external|key|reference|correlation/i.test(name)) ??
  names.find((name) => /^(q|query|search|filter)$/i.test(name)) ??
  null;
const sinceIn = (names: readonly string[]): string | null =>
  names.find((name) => /since|after|from|cursor|modified|updated/i.test(name)) ?? null;

/** What the form's fields would say for the operations that were chosen. Nothing that it can't know is made up. */
export function proposed(
  document: ApiDocument,
  chosen: Partial<Record<ApiPart, string>>,
  baseUrl: string,
): Record<string, string> {
  const typed: Record<string, string> = {};
  if (baseUrl === "" && document.server !== null) typed.baseUrl = document.server;
  const prefix = baseUrl === "" ? "" : prefixOf(document.server, baseUrl);
  // What stands in braces where records are made is where they belong to, and the same for all.
  const parents = parametersIn(chosen.create ?? "");
  for (const [part, name] of Object.entries(chosen) as [ApiPart, string][]) {
    const operation = document.operations.find((of) => nameOf(of) === name);
    if (!operation) continue;
    if (part !== "withdraw") typed[`${part}-method`] = operation.method;
    else if (["POST", "PUT", "PATCH"].includes(operation.method))
      typed["withdraw-method"] = operation.method;
    typed[`${part}-path`] = pathOf(part, operation, prefix, parents);
    if (part === "create" || part === "update") {
      const body = bodyOf(part, document, operation);
      if (body !== null) typed[`${part}-body`] = body;
    }
    if (part === "create") {
      const limits = limitsOf(document, operation);
      if (limits !== null) typed.fields = limits;
    }
  }
  return typed;
}

/** What stands between the address that is typed and the one under which the document's paths begin. */
function prefixOf(server: string | null, baseUrl: string): string {
  if (server === null || !URL.canParse(baseUrl)) return "";
  const [at, base] = [new URL(server).pathname, new URL(baseUrl).pathname].map((path) =>
    path.replace(/\/+$/, ""),
  );
  if (at === undefined || base === undefined || at === base || !at.startsWith(`${base}/`))
    return "";
  return at.slice(base.length).replace(/^\/+/, "").concat("/");
}

/** The path as an expression: what stands in braces is the record's id, or the photo's hash after it. */
function pathOf(
  part: ApiPart,
  { path, query }: Operation,
  prefix: string,
  parents: number,
): string {
  const variables =
    part === "attach" ? ["$externalId", "$sha256"] : part === "create" ? [] : ["$externalId"];
  let nth = -parents;
  const pieces: string[] = [];
  for (const piece of `${prefix}${path.replace(/^\/+/, "")}`.split(/(\{[^{}]*\})/)) {
    if (piece === "") continue;
    if (!piece.startsWith("{")) pieces.push(JSON.stringify(piece));
    else {
      const variable = variables[nth];
      nth += 1;
      // What nobody can know here stands as the document names it, and is found by whoever reads it.
      pieces.push(variable ? `$encodeUrlComponent(${variable})` : JSON.stringify(piece));
    }
  }
  const asks = part === "lookup" ? keyNameIn(query) : part === "changes" ? sinceIn(query) : null;
  if (asks !== null) {
    const variable = part === "lookup" ? "$key" : "$cursor";
    pieces.push(
      JSON.stringify(`?${encodeURIComponent(asks)}=`),
      `$encodeUrlComponent(${variable})`,
    );
  }
  return joined(pieces);
}

const joined = (pieces: readonly string[]): string =>
  pieces
    .reduce<string[]>((made, piece) => {
      const last = made.at(-1);
      if (last?.startsWith('"') && piece.startsWith('"'))
        made[made.length - 1] = `${last.slice(0, -1)}${piece.slice(1)}`;
      else made.push(piece);
      return made;
    }, [])
    .join(" & ");

/** What a draft says, by what others call it. */
const draftWords: readonly (readonly [RegExp, string])[] = [
  [
    /^(external|buyoff|client|source|foreign)_?(key|id|reference|ref)$|^(key|reference|ref)$|^(external|correlation)/,
    "$key",
  ],
  [
    /^(title|subject|summary|headline|name|short_?(text|description)|defect_text|titulo|asunto)$/,
    "title",
  ],
  [
    /^(description|details?|long_?(text|description)|text|body|narrative|descripcion)$/,
    "defect.comment",
  ],
  [/severity|criticality|severidad|gravedad/, "defect.severity"],
  [/^(defect|failure|fault)_?code$/, '$code("defect_code", defect.code)'],
  [/^(defect|failure|fault)(_?(name|label))?$/, "defect.label"],
  [
    /^((affected|rejected|defective|defect)_?)?(quantity|qty)(_?(affected|rejected|defective))?$|^cantidad(_.*)?$/,
    "defect.quantity",
  ],
  [/^(part|item|material|product)_?(number|no|id|code)?$/, "part.number"],
  [/^(part|item|material|product)_?(revision|rev)$/, "part.revision"],
  [/^(part|item|material|product)_?(name|description)$/, "part.name"],
  [/^drawing(_?number)?$/, "drawing.number"],
  [/^(serial|unit|lot|batch)(_?(number|no|id))?$/, "unit"],
  [/^(work_?|production_?|manufacturing_?)?order(_?(number|no|id))?$/, "order"],
  [/^operation(_?(number|no|id))?$/, "operation"],
  [/^step(_?(number|no|id))?$/, "step"],
  [/^(work_?center|station|location|workstation)(_?(id|code))?$/, "station"],
  [/^(requirement|specification|expected)$/, "requirement"],
  [/^(actual|measured|observed)(_?value)?$/, "actual"],
  [/^characteristic(_?name)?$/, "characteristic"],
  [/^balloon(_?number)?$/, "balloon"],
  [/^(gage|gauge|instrument)(_?(id|number))?$/, "gage"],
  [/^(reported|raised|detected|created|found)_?by$|^reporter$|^author$/, "reportedBy.name"],
  [/^(occurred|detected|found|discovered|reported)_?(at|on|date)$/, "occurredAt"],
  [/^(link|url|source_?url|permalink)$/, "link"],
  [/^site(_?(id|code))?$|^plant(_?(id|code))?$/, "site"],
];
const updateWords: readonly (readonly [RegExp, string])[] = [
  [/^(external|correlation)|_?key$/, "$key"],
  [/^(text|body|comment|note|message|content|description|remark)$/, 'text & " [" & $key & "]"'],
  [/^(author|by|user|created_?by)$/, "by"],
];

function wordFor(part: "create" | "update", name: string): string | null {
  const plain = bare(name)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("-", "_");
  const words = part === "create" ? draftWords : updateWords;
  return words.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}

const requestFields = ({ root, openapi }: ApiDocument, { request }: Operation): ApiField[] => {
  const made = request === null ? null : ownSchema(root, request, openapi);
  return made?.ok ? fieldsIn(made.schema) : [];
};

/** Its members in their own nesting. One that is asked for and that no draft says is null, which the check names. */
function bodyOf(
  part: "create" | "update",
  document: ApiDocument,
  operation: Operation,
): string | null {
  const fields = requestFields(document, operation);
  const simple = fields.filter(
    ({ path, type }) =>
      !path.includes("[]") &&
      !/\b(object|array)\b/.test(type) &&
      isNamed(path) &&
      isWhereItBelongs(fields, path),
  );
  const asked = simple.filter(({ path, required, choices }) => {
    const word = wordFor(part, leaf(path));
    // Where only some words are taken, ours are not theirs: a person says which is which.
    return required || (word !== null && (choices === null || word === "defect.severity"));
  });
  if (asked.length === 0) return null;
  type Tree = { [name: string]: Tree | string };
  const tree: Tree = {};
  for (const { path } of asked) {
    const names = path.split(".");
    const last = names.pop() ?? path;
    let at = tree;
    for (const name of names) {
      const inner = at[name];
      const next: Tree = typeof inner === "object" ? inner : {};
      at[name] = next;
      at = next;
    }
    at[last] = wordFor(part, last) ?? "null";
  }
  const written = (of: Tree, indent: string): string =>
    `{\n${Object.entries(of)
      .map(([name, inner]) => {
        const said = typeof inner === "string" ? inner : written(inner, `${indent}  `);
        return `${indent}  ${JSON.stringify(name)}: ${said}`;
      })
      .join(",\n")}\n${indent}}`;
  return written(tree, "");
}

/** A title of something that may be left out, such as of an attachment's author, is not the record's. */
const isWhereItBelongs = (fields: readonly ApiField[], path: string): boolean => {
  const parts = path.split(".");
  const beside = fields.filter((field) => !field.path.includes("."));
  return parts.slice(0, -1).every((_, at) => {
    const holder = parts.slice(0, at + 1).join(".");
    return (
      fields.find((field) => field.path === holder)?.required === true ||
      (at === 0 && beside.length === 1)
    );
  });
};

const leaf = (path: string): string => path.split(".").at(-1) ?? path;
/** A name of letters, whatever alphabet they are of; a declared length can name those of ours alone. */
const isNamed = (path: string): boolean =>
  /^[\p{Letter}_][\p{Letter}\p{Number}_]{0,63}(\.[\p{Letter}_][\p{Letter}\p{Number}_]{0,63}){0,5}$/u.test(
    path,
  );
const isPlain = (path: string): boolean =>
  /^[A-Za-z_]\w{0,63}(\.[A-Za-z_]\w{0,63}){0,5}$/.test(path);

/** The lengths that the document says; what is longer goes with the description, or as a text beside it. */
function limitsOf(document: ApiDocument, operation: Operation): string | null {
  const known = requestFields(document, operation).filter(
    ({ path, max, choices, type }) =>
      max !== null &&
      max > 0 &&
      choices === null &&
      type.includes("string") &&
      isPlain(path) &&
      wordFor("create", leaf(path)) !== null,
  );
  if (known.length === 0) return null;
  const limits = known.map(({ path, max }) => {
    const word = wordFor("create", leaf(path));
    const mayBeCut = word === "title" || word === "defect.comment" || word === "defect.label";
    const name = `${path.replaceAll(".", "-")}.txt`;
    const overflow = mayBeCut ? { to: "attachment", name } : null;
    return { field: path, max, count: "utf16", overflow };
  });
  return JSON.stringify(limits, null, 2);
}
