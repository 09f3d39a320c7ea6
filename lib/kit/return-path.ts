const lengthMax = 600;

/** What the proxy tells a page about its own address. */
export const askedPathHeader = "x-buyoff-asked";

/** The sign-in that leads back to what was asked for, where that is a page of ours. */
export function signInFor(asked: string | null): string {
  const to = returnPath(asked);
  return to === null ? "/sign-in" : `/sign-in?to=${encodeURIComponent(to)}`;
}

/**
 * Where somebody goes after signing in, as it was asked for: a path of our own pages, or null. Browsers
 * read `//host`, `/\host` and a path with a line break in it as another server's address.
 */
export function returnPath(asked: unknown): string | null {
  if (typeof asked !== "string" || asked.length > lengthMax) return null;
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes("\\")) return null;
  const here = "http://buyoff.invalid";
  const found = URL.parse(asked, here);
  if (found?.origin !== here) return null;
  const path = `${found.pathname}${found.search}`;
  // What remains once dots are resolved is looked at again; the ways in and out are no place to return to.
  if (path.startsWith("//")) return null;
  return /^\/(api|_next|sign-in|set-up|new-pin|floor)(\/|$|\?)/.test(path) ? null : path;
}
