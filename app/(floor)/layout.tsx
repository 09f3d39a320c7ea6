import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { wakingScript } from "#lib/offline/waking-script";
import "../globals.css";

export const metadata: Metadata = {
  title: "Buyoff",
  manifest: "/manifest.webmanifest",
  icons: { icon: "/stamp.svg" },
};
export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fffdf8" },
    { media: "(prefers-color-scheme: dark)", color: "#1c1f21" },
  ],
};

/** The floor's own root: static, in the tablet's language, without anything of the desk. */
export default function FloorLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own text; the proxy knows it by its hash. */}
        <script dangerouslySetInnerHTML={{ __html: wakingScript }} />
        {children}
      </body>
    </html>
  );
}
