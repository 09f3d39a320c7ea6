import path from "node:path";

/** The least that a page with React and IndexedDB is in this framework: what `npm run bench` compares with. */
export default {
  turbopack: { root: path.resolve(import.meta.dirname, "../../..") },
  poweredByHeader: false,
};
