/** What the tablet's page is made of: each file's address and the SHA-256 (base64) that the build gave it. */
export type Shell = { version: string; files: Readonly<Record<string, string>> };

type Lasting = { waitUntil: (work: Promise<unknown>) => void };
type Asked = { request: Request; respondWith: (answer: Promise<Response>) => void };
type Said = { data: unknown; ports: readonly { postMessage: (answer: unknown) => void }[] };

/** What the worker needs of the browser; a test gives it the same. */
export type WorkerScope = {
  location: { origin: string };
  caches: CacheStorage;
  crypto: { subtle: Pick<SubtleCrypto, "digest"> };
  clients: { claim: () => Promise<void> };
  fetch: typeof fetch;
  skipWaiting: () => Promise<void>;
  addEventListener: {
    (type: "install" | "activate", listener: (event: Lasting) => void): void;
    (type: "fetch", listener: (event: Asked) => void): void;
    (type: "message", listener: (event: Said) => void): void;
  };
};

/**
 * The whole service worker. The build writes this function's own text into a file (lib/setup/shell.ts), so
 * it names nothing from outside itself. It keeps what the build made, byte for byte, and nothing else: no
 * answer of `/api`, no answer to a person, no page but the tablet's.
 */
export function shellWorker(scope: WorkerScope, shell: Shell): void {
  const prefix = "buyoff-shell-";
  const own = prefix + shell.version;
  const page = "/floor";

  const isWhole = async (answer: Response, sha256: string) => {
    const hash = new Uint8Array(
      await scope.crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()),
    );
    return btoa(String.fromCharCode(...hash)) === sha256;
  };
  const bring = async (cache: Cache, path: string, sha256: string) => {
    // What the version before had already isn't fetched a second time.
    const known = await scope.caches.match(path, { ignoreVary: true });
    if (known !== undefined && (await isWhole(known, sha256))) return cache.put(path, known);
    const answer = await scope.fetch(path, { cache: "no-cache" });
    // A server that was updated in between sends parts of two versions: rather none of it.
    if (!(answer.ok && (await isWhole(answer, sha256)))) throw new Error(`not as built: ${path}`);
    return cache.put(path, answer);
  };
  const fill = async () => {
    const cache = await scope.caches.open(own);
    const files = Object.entries(shell.files);
    await Promise.all(files.map(([path, sha256]) => bring(cache, path, sha256))).catch(
      async (error: unknown) => {
        await scope.caches.delete(own);
        throw error;
      },
    );
  };
  /** The version before stays: a page of it may still be open, and asks for its own scripts. */
  const clear = async () => {
    const others = (await scope.caches.keys()).filter((name) => name.startsWith(prefix));
    const old = others.filter((name) => name !== own).slice(0, -1);
    await Promise.all(old.map((name) => scope.caches.delete(name)));
    await scope.clients.claim();
  };
  const pathOf = ({ method, mode, url }: Request): string | null => {
    const { origin, pathname } = new URL(url);
    if (method !== "GET" || origin !== scope.location.origin) return null;
    if (mode === "navigate") return pathname === page ? page : null;
    const isOurs = pathname.startsWith("/_next/static/") || Object.hasOwn(shell.files, pathname);
    // What Next's router asks of the page's own address is no page.
    return isOurs && pathname !== page ? pathname : null;
  };
  const kept = async (path: string) => {
    const mine = await (await scope.caches.open(own)).match(path, { ignoreVary: true });
    return mine ?? scope.caches.match(path, { ignoreVary: true });
  };

  scope.addEventListener("install", (event) => event.waitUntil(fill()));
  scope.addEventListener("activate", (event) => event.waitUntil(clear()));
  scope.addEventListener("fetch", (event) => {
    const path = pathOf(event.request);
    if (path === null) return;
    event.respondWith(kept(path).then((known) => known ?? scope.fetch(event.request)));
  });
  scope.addEventListener("message", (event) => {
    if (event.data === "take_over") void scope.skipWaiting();
    if (event.data === "version") event.ports[0]?.postMessage(shell.version);
  });
}
