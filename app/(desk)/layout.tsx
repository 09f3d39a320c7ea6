import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { DeskWords } from "#components/desk/desk-words";
import "../globals.css";
import "./desk.css";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("desk.site");
  return { title: { default: "Buyoff", template: "%s · Buyoff" }, description: t("description") };
}

export default async function DeskLayout({ children }: { children: ReactNode }) {
  return (
    <html lang={await getLocale()}>
      <body className="min-h-dvh text-[16px]">
        <NextIntlClientProvider>
          <DeskWords>{children}</DeskWords>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
