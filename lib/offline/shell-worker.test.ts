import { createHash, webcrypto } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Shell, shellWorker, type WorkerScope } from "./shell-worker.ts";

const origin = "https://plant.example";
const script = "/_next/static/chunks/a.js";
const sha256 = (text: string) => createHash("sha256").update(text).digest("base64");
const shellOf = (version: string, files: Record<string, string>): Shell => ({
  version,
  files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)])),
});

/** As much of a browser's storage as the worker uses; names in the order in which they came. */
function someCaches() {
  const all = new Map<string, Map<string, Response>>();
  const cacheOf = (name: string) => {
    const files = all.get(name) ?? new Map<string, Response>();
    all.set(name, files);
    return {
      match: async (path: string) => files.get(path)?.clone(),
      put: async (path: string, answer: Response) => void files.set(path, answer),
    };
  };
  const storage = {
    open: async (name: string) => cacheOf(name),
    keys: async () => [...all.keys()],
    delete: async (name: string) => all.delete(name),
    match: async (path: string) =>
      [...all.values()]
        .find((files) => files.has(path))
        ?.get(path)
        ?.clone(),
  };
  return { storage: storage as unknown as CacheStorage, names: () => [...all.keys()] };
}

/** A browser whose network holds what a server has just now. */
function aBrowser(caches = someCaches()) {
  let network: Record<string, string> | null = {};
  const asked: string[] = [];
  const start = (shell: Shell) => {
    const listeners = new Map<string, (event: never) => void>();
    const said: string[] = [];
    const scope = {
      location: { origin },
      caches: caches.storage,
      crypto: webcrypto,
      clients: { claim: async () => {} },
      skipWaiting: async () => void said.push("skipped"),
      fetch: async (what: string | Request) => {
        const path = typeof what === "string" ? what : new URL(what.url).pathname;
        asked.push(path);
        if (network === null) throw new TypeError("no network");
        const text = network[path];
        return text === undefined ? new Response("", { status: 404 }) : new Response(text);
      },
      addEventListener: (type: string, listener: (event: never) => void) =>
        listeners.set(type, listener),
    } as unknown as WorkerScope;
    shellWorker(scope, shell);
    const lasting = async (type: string) => {
      let work: Promise<unknown> = Promise.resolve();
      listeners.get(type)?.({ waitUntil: (of: Promise<unknown>) => (work = of) } as never);
      await work;
    };
    const get = async (path: string, mode = "cors", method = "GET") => {
      let answer: Promise<Response> | null = null;
      const url = path.startsWith("http") ? path : `${origin}${path}`;
      const request = { url, mode, method };
      listeners.get("fetch")?.({
        request,
        respondWith: (of: Promise<Response>) => (answer = of),
      } as never);
      const given: Promise<Response> | null = answer;
      return given === null ? null : (given as Promise<Response>).then((of) => of.text());
    };
    const tell = (data: string) => {
      const answers: unknown[] = [];
      listeners.get("message")?.({
        data,
        ports: [{ postMessage: (of: unknown) => answers.push(of) }],
      } as never);
      return answers;
    };
    return { lasting, get, tell, said };
  };
  return {
    start,
    asked,
    caches,
    serve: (files: Record<string, string> | null) => (network = files),
  };
}

const one = { "/floor": "page one", [script]: "script one", "/stamp.svg": "<svg/>" };
const next = "/_next/static/chunks/b.js";
const two = { "/floor": "page two", [next]: "script two", "/stamp.svg": "<svg/>" };

async function aTabletOn(files: Record<string, string>) {
  const browser = aBrowser();
  browser.serve(files);
  const worker = browser.start(shellOf("1", files));
  await worker.lasting("install");
  await worker.lasting("activate");
  return { browser, worker };
}

describe("the tablet's service worker", () => {
  test("opens the page, its scripts and drawings without a network, at any address of the page", async () => {
    const { browser, worker } = await aTabletOn(one);
    browser.serve(null);
    expect(await worker.get("/floor?t=4711", "navigate")).toBe("page one");
    expect(await worker.get(script)).toBe("script one");
    expect(await worker.get("/stamp.svg", "no-cors")).toBe("<svg/>");
  });

  test("leaves alone whatever is no part of the page: data, other pages, what Next's router asks, changes", async () => {
    const { worker } = await aTabletOn(one);
    for (const path of ["/api/commands", "/api/floor/queue", "/floor?_rsc=x1", "/travelers"])
      expect(await worker.get(path), path).toBeNull();
    expect(await worker.get("/travelers", "navigate")).toBeNull();
    expect(await worker.get("/floor", "navigate", "POST")).toBeNull();
    expect(await worker.get(`https://elsewhere.example${script}`)).toBeNull();
  });

  test("keeps nothing that it merely passes on", async () => {
    const { browser, worker } = await aTabletOn(one);
    browser.serve({ [next]: "script two" });
    expect(await worker.get(next)).toBe("script two");
    browser.serve(null);
    await expect(worker.get(next)).rejects.toThrow("no network");
  });

  test("is not installed from parts of two versions, and what is there goes on", async () => {
    const { browser, worker } = await aTabletOn(one);
    browser.serve({ ...two, "/floor": "page three" });
    const newer = browser.start(shellOf("2", two));
    await expect(newer.lasting("install")).rejects.toThrow("/floor");
    browser.serve(null);
    expect(await worker.get("/floor", "navigate")).toBe("page one");
    expect(browser.caches.names()).toEqual(["buyoff-shell-1"]);
  });

  test("fetches only what has changed, waits to be told, and says which version it is", async () => {
    const { browser } = await aTabletOn(one);
    browser.asked.length = 0;
    browser.serve(two);
    const newer = browser.start(shellOf("2", two));
    await newer.lasting("install");
    expect(browser.asked.sort()).toEqual(["/_next/static/chunks/b.js", "/floor"]);
    expect(newer.said).toEqual([]);
    expect(newer.tell("version")).toEqual(["2"]);
    newer.tell("take_over");
    expect(newer.said).toEqual(["skipped"]);
  });

  test("gives a page of the version before its own scripts, and forgets those before that", async () => {
    const { browser } = await aTabletOn(one);
    browser.serve(two);
    const second = browser.start(shellOf("2", two));
    await second.lasting("install");
    await second.lasting("activate");
    browser.serve(null);
    expect(await second.get("/floor", "navigate")).toBe("page two");
    expect(await second.get(script)).toBe("script one");
    browser.serve({ "/floor": "page three" });
    const third = browser.start(shellOf("3", { "/floor": "page three" }));
    await third.lasting("install");
    await third.lasting("activate");
    expect(browser.caches.names()).toEqual(["buyoff-shell-2", "buyoff-shell-3"]);
  });
});
