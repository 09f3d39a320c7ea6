import { derivedId } from "#lib/kit/ids";
import type { StreamKind } from "./schema.ts";

const ofTheCompany: ReadonlySet<StreamKind> = new Set<StreamKind>(["person", "instruction"]);

/**
 * The stream of a thing at a site. People and instructions belong to the company and a stream to a
 * site, so each of them has one stream per site, under an id that follows from both.
 */
export const streamOf = (kind: StreamKind, id: string, site: string): string =>
  ofTheCompany.has(kind) ? derivedId(`${site}/${id}`, kind) : id;
