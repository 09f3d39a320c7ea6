import createNextIntlPlugin from "next-intl/plugin";
import { onData, onEveryAnswer } from "./lib/boundary/answer-headers.ts";

const withWords = createNextIntlPlugin("./lib/messages/request.ts");

const listed = (headers) => Object.entries(headers).map(([key, value]) => ({ key, value }));

/** @type {import('next').NextConfig} */
const config = {
  turbopack: { root: import.meta.dirname },
  // A second build can be made beside a running one.
  distDir: process.env.BUYOFF_DIST ?? ".next",
  // One registry of metrics for the pages and for the server before them.
  // The clients of brokers and drops are loaded by Node itself, when somebody tests a connection.
  serverExternalPackages: [
    "prom-client",
    "@aws-sdk/client-s3",
    "@nats-io/jetstream",
    "@nats-io/transport-node",
    "amqplib",
    "kafkajs",
    "mqtt",
    "ssh2-sftp-client",
  ],
  // As much as lib/boundary/action-request.ts lets in.
  experimental: { serverActions: { bodySizeLimit: "2mb" } },
  // Types are a gate of their own in `npm run check` and `npm test`: a build would only ask once more.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  poweredByHeader: false,
  // A page says what it is called before anything else of it: a screen reader begins with that.
  htmlLimitedBots: /.*/,
  productionBrowserSourceMaps: false,
  headers: async () => [
    { source: "/:path*", headers: listed(onEveryAnswer) },
    { source: "/api/:path*", headers: listed(onData) },
    // Scripts and styles ignore it; what is not there is answered with a document.
    { source: "/_next/:path*", headers: listed(onData) },
  ],
};

export default withWords(config);
