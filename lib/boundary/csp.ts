/** What scripts a page may run: those with this request's nonce, those of the build's own hashes, or any in `next dev`. */
export type ScriptsAllowed =
  | { by: "nonce"; nonce: string }
  | { by: "hashes"; hashes: readonly string[] }
  | { by: "development" };

const scriptSource = (scripts: ScriptsAllowed): string => {
  switch (scripts.by) {
    case "nonce":
      // Not 'strict-dynamic': with it, what a script of ours inserts could run without the nonce.
      return `'self' 'nonce-${scripts.nonce}'`;
    case "hashes":
      return ["'self'", ...scripts.hashes.map((hash) => `'sha256-${hash}'`)].join(" ");
    case "development":
      return "'self' 'unsafe-inline' 'unsafe-eval'";
  }
};

/**
 * Inline style attributes stay allowed: React writes them for measured positions, and they can run
 * nothing. Everything else comes from this origin or not at all.
 */
export function contentSecurityPolicy(scripts: ScriptsAllowed, isSecure: boolean): string {
  return [
    "default-src 'none'",
    `script-src ${scriptSource(scripts)}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    scripts.by === "development" ? "connect-src 'self' ws: wss:" : "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    ...(isSecure ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}
