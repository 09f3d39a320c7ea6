import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { type OwnSchema, opened } from "./schemas.rules.ts";

/** What is wrong with a body: `field` is a member's path, `params` what the words name. */
export type BodyProblem = {
  /** `unnamed`: not in the document, which doesn't forbid it; `unknown`: it does. */
  code: "required" | "unnamed" | "unknown" | "choice" | "too_long" | "type" | "not_right";
  field: string;
  params: Readonly<Record<string, string>>;
};

const problemsMax = 20;
const keptMax = 200;
/** Reading a schema costs more than a thousand bodies; the same one is read once. */
const kept = new Map<string, ValidateFunction | null>();

/**
 * What of a body the API's document doesn't take. `id`: the same for the same schema. A schema that can't be read finds
 * nothing wrong: the system itself has the last word anyway.
 */
export function bodyProblems(id: string, schema: OwnSchema, body: unknown): BodyProblem[] {
  const validate = validatorOf(id, () => opened(schema) as OwnSchema);
  if (!validate || validate(body)) return [];
  const found = problemsIn(validate.errors);
  const params = { problem: validate.errors?.[0]?.message ?? "" };
  return found.length > 0 ? found : [{ code: "not_right", field: "", params }];
}

/** What of it the document doesn't name, and doesn't forbid either. */
export function unnamedIn(id: string, schema: OwnSchema, body: unknown): BodyProblem[] {
  const validate = validatorOf(`${id} by name`, () => schema);
  if (!validate || validate(body)) return [];
  return problemsIn(validate.errors).filter(({ code }) => code === "unnamed");
}

function problemsIn(errors: ErrorObject[] | null | undefined): BodyProblem[] {
  const found: BodyProblem[] = [];
  for (const error of errors ?? []) {
    const problem = problemOf(error);
    if (
      problem &&
      !found.some(({ code, field }) => code === problem.code && field === problem.field)
    )
      found.push(problem);
  }
  return found.slice(0, problemsMax);
}

function validatorOf(id: string, schemaOf: () => OwnSchema): ValidateFunction | null {
  const known = kept.get(id);
  if (known !== undefined) return known;
  if (kept.size >= keptMax) kept.clear();
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateFormats: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    logger: false,
  });
  let made: ValidateFunction | null = null;
  try {
    made = ajv.compile(schemaOf());
  } catch {
    made = null;
  }
  kept.set(id, made);
  return made;
}

function problemOf({ keyword, params, instancePath, message }: ErrorObject): BodyProblem | null {
  const at = instancePath
    .slice(1)
    .split("/")
    .filter((part) => part !== "")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
  const below = (name: unknown) => (at === "" ? String(name) : `${at}.${String(name)}`);
  switch (keyword) {
    case "required":
      return { code: "required", field: below(params.missingProperty), params: {} };
    // The only thing that is ever denied: see `unnamed`.
    case "not":
      return { code: "unnamed", field: at, params: {} };
    case "unevaluatedProperties":
      return { code: "unknown", field: below(params.unevaluatedProperty), params: {} };
    case "additionalProperties":
      return { code: "unknown", field: below(params.additionalProperty), params: {} };
    case "enum":
      return { code: "choice", field: at, params: { choices: choicesOf(params.allowedValues) } };
    case "maxLength":
      return { code: "too_long", field: at, params: { max: String(params.limit) } };
    case "type":
      return { code: "type", field: at, params: { type: [params.type].flat().join(" or ") } };
    // What its branches say is said of them.
    case "anyOf":
      return null;
    default:
      return { code: "not_right", field: at, params: { problem: message ?? keyword } };
  }
}

const choicesOf = (values: unknown): string =>
  (Array.isArray(values) ? values : []).slice(0, 30).map(String).join(", ").slice(0, 400);

/** In a message's own words, beside those of a mapping. */
export function problemText({ code, field, params }: BodyProblem): string {
  switch (code) {
    case "required":
      return `${field}: their API document asks for it, and the mapping gives none`;
    case "unnamed":
      return `${field}: not in their API document`;
    case "unknown":
      return `${field}: their API document takes no such member`;
    case "choice":
      return `${field}: their API document takes ${params.choices}`;
    case "too_long":
      return `${field}: longer than the ${params.max} that their API document takes`;
    case "type":
      return `${field}: their API document asks for ${params.type}`;
    case "not_right":
      return `${field}: not as their API document says: ${params.problem}`;
  }
}
