type Headers = { get(name: string): string | null };

/**
 * Did a page of ours send this? Browsers put an Origin on everything that can change something, so
 * none at all is a no; and where they add Sec-Fetch-Site (on https and localhost) it must agree.
 * Beside the configured origin, the host that was asked counts (`--lan`): a foreign page can't choose
 * it, and a name rebound to this machine brings no cookie of ours.
 */
export function isSameOrigin(headers: Headers, configured: string | undefined): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if ((site !== null && site !== "same-origin") || origin === null) return false;
  if (origin === configured) return true;
  const host = headers.get("host");
  return host !== null && URL.parse(origin)?.host === host;
}
