import "server-only";
import type { ApiContract, ApiPart } from "./contract.schema.ts";

const partsOf: Readonly<Record<string, ApiPart>> = {
  create: "create",
  lookup: "lookup",
  update: "update",
  withdraw: "withdraw",
  changes: "changes",
};

/**
 * What is wrong with a body by the approved document, in words. The validator is loaded by whoever has a document. A
 * member that it doesn't name and doesn't forbid goes: it was told when the connector was set up, many documents leave
 * something out, and what a system drops in silence shows when the record is read back.
 */
export async function asDescribed(
  contract: ApiContract,
  act: string,
  body: unknown,
): Promise<string[]> {
  const part = partsOf[act];
  const operation = part && contract.operations[part];
  if (
    !operation?.request ||
    typeof body !== "object" ||
    body === null ||
    body instanceof Uint8Array
  )
    return [];
  const { bodyProblems, problemText } = await import("./check.rules.ts");
  const id = `${contract.sha256} ${operation.method} ${operation.path}`;
  return bodyProblems(id, operation.request, body).map(problemText);
}
