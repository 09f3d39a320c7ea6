import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewCrosswalk } from "#components/desk/crosswalk-forms";
import { CrosswalkTabs } from "#components/desk/crosswalk-tabs";
import { Link } from "#components/desk/link";
import { PageHead } from "#components/desk/page-head";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { codeKinds } from "#lib/feed/code-kinds.schema";
import { codesWaitedFor, connectorsAtSite, crosswalksAtSite } from "#lib/feed/crosswalks.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.crosswalks"))("title") };
}

/** Every kind of code, whether anybody has begun its list or not. */
export default async function Crosswalks() {
  const actor = await requireActor("feed.read");
  const [t, lists, waiting, connectors] = await Promise.all([
    getTranslations("desk.crosswalks"),
    crosswalksAtSite(actor),
    codesWaitedFor(actor),
    connectorsAtSite(actor),
  ]);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={may(actor, "feed.manage") ? <NewCrosswalk connectors={connectors} /> : null}
      />
      <CrosswalkTabs here="lists" />
      <div className={tableFrame}>
        <table className="w-full border-collapse text-[15px]">
          <caption className="sr-only">{t("title")}</caption>
          <thead>
            <tr>
              <th className={th}>{t("kindField")}</th>
              <th className={th}>{t("lists")}</th>
              <th className={`${th} text-right`}>{t("codes")}</th>
              <th className={`${th} text-right`}>{t("waiting")}</th>
            </tr>
          </thead>
          <tbody>
            {codeKinds.map((kind) => {
              const own = lists.filter((list) => list.kind === kind);
              const codes = own.reduce((sum, { lines }) => sum + lines.length, 0);
              const stopped = waiting.filter((of) => of.kind === kind);
              const count = stopped.reduce((sum, { deliveries }) => sum + deliveries, 0);
              return (
                <tr key={kind}>
                  <th scope="row" className={`${td} text-left font-normal`}>
                    <Link
                      href={`/feed/crosswalks/${kind}`}
                      className="font-bold underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                    >
                      {t(`kind.${kind}`)}
                    </Link>
                  </th>
                  <td className={`${td} text-[14px]`}>
                    {own.length === 0 ? (
                      <span className="text-ink-2">{t("noList")}</span>
                    ) : (
                      own.map((list) => (
                        <span key={list.id} className="block">
                          {t(`scope.${list.scope}`)}, {list.connector ?? t("allSystems")}
                        </span>
                      ))
                    )}
                  </td>
                  <td className={`${td} mono text-right`}>{own.length === 0 ? "–" : codes}</td>
                  <td className={`${td} mono text-right ${count > 0 ? "font-bold text-stop" : ""}`}>
                    {count === 0 ? "–" : count}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </main>
  );
}
