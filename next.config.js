import createNextIntlPlugin from "next-intl/plugin";

const withWords = createNextIntlPlugin("./lib/messages/request.ts");

/** @type {import('next').NextConfig} */
const config = {
  turbopack: { root: import.meta.dirname },
  // A second build can be made beside a running one.
  distDir: process.env.BUYOFF_DIST ?? ".next",
  images: { unoptimized: true },
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
};

export default withWords(config);
