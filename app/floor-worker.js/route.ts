import { reading, turnAway } from "#lib/boundary/endpoint";
import { builtWorker } from "#lib/boundary/shell";

// Asked for anew each time: a copy in between would keep a tablet on a version that is gone.
const headers = {
  "content-type": "text/javascript; charset=utf-8",
  "cache-control": "no-cache",
};

/** The tablet's service worker, as the build wrote it; `next dev` has none. */
export const GET = reading("public", async () => {
  const worker = await builtWorker();
  return worker === null ? turnAway("unknown", 404) : new Response(worker, { headers });
});
