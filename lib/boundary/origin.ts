import "server-only";
import { env } from "#lib/kit/env";
import { isSameOrigin } from "./same-origin.ts";

/** Did a page of ours send this? See there. */
export const isOwnOrigin = (headers: { get(name: string): string | null }): boolean =>
  isSameOrigin(headers, env.BUYOFF_ORIGIN);
