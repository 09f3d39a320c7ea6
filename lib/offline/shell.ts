import type { TabletView } from "./core.ts";
import type { Tablet } from "./tablet.ts";

/** Held by each tab in which somebody works: no new version comes while one does. */
const atWork = "buyoff-at-work";
/** Nobody is in the middle of a badge number. */
const UNTOUCHED_MS = 5_000;
const LOOK_EVERY_MS = 600_000;

/** Whoever would be disturbed, and whatever would be sent by another program than wrote it: neither is there. */
export const isCalm = ({ phase, unsent, unsentPhotos, unfit }: TabletView): boolean =>
  (phase === "locked" || phase === "not_enrolled") &&
  // What an old page can't send any more, the new one can: it waits in the same memory.
  (unfit === "protocol_too_old" || (unsent === 0 && unsentPhotos === 0));

/**
 * Keeps this tablet's page in its own memory, so that it opens without a network, and brings new versions of
 * it: fetched as soon as the server says that it has one, taken over when the tablet is calm, never before.
 * On plain http from another machine a browser has no service worker; then there is only the page that is open.
 */
export async function keepShell({ core, subscribe }: Pick<Tablet, "core" | "subscribe">) {
  const container = navigator.serviceWorker;
  if (container === undefined) return;
  const registration = await container
    .register("/floor-worker.js", { scope: "/floor" })
    .catch(() => null);
  if (!registration) return;
  // The first one to come takes nothing over from anybody.
  let isReplaced = false;
  let isControlled = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    isReplaced ||= isControlled;
    isControlled = true;
    consider();
  });
  const look = () => {
    if (registration.waiting === null || container.controller === null) return;
    if (!core.view().newVersion) core.set({ newVersion: true });
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
  const update = () => void registration.update().catch(() => undefined);

  let touchedMs = 0;
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => (touchedMs = performance.now()), { passive: true });
  }
  const isUntouched = () => performance.now() - touchedMs > UNTOUCHED_MS;
  const consider = () => {
    const view = core.view();
    if (!(isCalm(view) && isUntouched())) return;
    if (isReplaced) location.reload();
    else if (view.newVersion)
      void whenNobodyWorks(() => registration.waiting?.postMessage("take_over"));
  };
  followWork({ core, subscribe });
  const heard = { version: await versionOf(container) };
  const compare = () => {
    const { serverVersion } = core.view();
    if (serverVersion === null || serverVersion === heard.version) return;
    heard.version = serverVersion;
    update();
  };
  subscribe(compare);
  compare();
  look();
  setInterval(update, LOOK_EVERY_MS);
  setInterval(consider, 1_000);
}

/** Of the page that is open, as its worker knows it; null: there is none yet, so that it is new. */
async function versionOf(container: ServiceWorkerContainer): Promise<string | null> {
  const worker = container.controller;
  if (worker === null) return null;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = (event: MessageEvent<string>) => resolve(event.data);
    worker.postMessage("version", [port2]);
  });
}

/** Other tabs see by it that somebody works in this one. */
function followWork({ core, subscribe }: Pick<Tablet, "core" | "subscribe">): void {
  let release: (() => void) | null = null;
  const follow = () => {
    const isWorking = core.view().phase === "ready";
    if (isWorking && release === null) {
      const untilDone = new Promise<void>((resolve) => {
        release = resolve;
      });
      void navigator.locks?.request(atWork, { mode: "shared" }, () => untilDone);
    }
    if (!isWorking) {
      release?.();
      release = null;
    }
  };
  subscribe(follow);
  follow();
}

async function whenNobodyWorks(then: () => void): Promise<void> {
  if (navigator.locks === undefined) return then();
  await navigator.locks.request(atWork, { ifAvailable: true }, (free) => {
    if (free !== null) then();
  });
}
