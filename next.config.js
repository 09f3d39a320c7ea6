/** @type {import('next').NextConfig} */
export default {
  turbopack: { root: import.meta.dirname },
  // A second build can be made beside a running one.
  distDir: process.env.BUYOFF_DIST ?? ".next",
  images: { unoptimized: true },
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
};
