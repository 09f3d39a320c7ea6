import createNextIntlPlugin from "next-intl/plugin";

const withWords = createNextIntlPlugin("./lib/messages/request.ts");

// On every answer, errors and files included; pages get their Content-Security-Policy in proxy.ts.
const onEveryAnswer = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  {
    key: "Permissions-Policy",
    value: "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  },
];
const onData = [
  { key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'; sandbox" },
];

/** @type {import('next').NextConfig} */
const config = {
  turbopack: { root: import.meta.dirname },
  // A second build can be made beside a running one.
  distDir: process.env.BUYOFF_DIST ?? ".next",
  images: { unoptimized: true },
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  headers: async () => [
    { source: "/:path*", headers: onEveryAnswer },
    { source: "/api/:path*", headers: onData },
    // Scripts and styles ignore it; what is not there is answered with a document.
    { source: "/_next/:path*", headers: onData },
  ],
};

export default withWords(config);
