import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHead } from "#components/desk/page-head";
import { PeopleTabs } from "#components/desk/people-tabs";
import { PermissionTable } from "#components/desk/permission-table";
import { PrintPage } from "#components/desk/print-page";
import { requireActor } from "#lib/boundary/actor";
import { nouns, permissionTable } from "#lib/boundary/permission-table";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.permissions"))("title") };
}

/** Who may attempt what. Made from what the boundary asks, so that it says what is so. */
export default async function Permissions() {
  await requireActor("people.read");
  const t = await getTranslations("desk.permissions");
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7 print:p-0">
      <PeopleTabs here="permissions" />
      <PageHead title={t("title")} lead={t("lead")} actions={<PrintPage />} />
      <PermissionTable nouns={nouns} rows={permissionTable} />
      <p className="mt-4 max-w-[80ch] text-[14px] text-ink-2">{t("foot")}</p>
    </main>
  );
}
