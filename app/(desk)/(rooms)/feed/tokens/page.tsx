import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { FeedTabs } from "#components/desk/feed-tabs";
import { HistoryList } from "#components/desk/history-list";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { NewToken, RevokeToken } from "#components/desk/token-forms";
import { requireActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { tokensAtSite } from "#lib/people/tokens.queries";
import { historyOfTypes } from "#lib/record/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.tokens"))("title") };
}

export default async function Tokens() {
  const actor = await requireActor("feed.read");
  const [t, tokens, plant, history] = await Promise.all([
    getTranslations("desk.tokens"),
    tokensAtSite(actor),
    plantPolicy(actor),
    historyOfTypes(actor, ["token.made", "token.revoked"], undefined, 200),
  ]);
  const zone = plant.timeZone;
  const manages = may(actor, "feed.manage");
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("title")} lead={t("lead")} actions={manages ? <NewToken /> : null} />
      <FeedTabs here="tokens" />
      {tokens.length === 0 ? <Empty title={t("none")} hint={t("noneHint")} /> : null}
      <ul className="mb-7 grid gap-3">
        {tokens.map((token) => (
          <li
            key={token.id}
            className="flex flex-wrap items-center gap-x-6 gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-3.5"
          >
            <div className="min-w-0 flex-1 basis-72">
              <h2
                className={`text-[17px] font-[650] break-words ${token.revokedAt ? "text-ink-2 line-through" : ""}`}
              >
                {token.name}
              </h2>
              <p className="text-[14px] text-ink-2">
                {t("prefix")} <span className="mono text-ink">by_{token.prefix}_…</span>
              </p>
              <p className="text-[14px]">
                {t("may")}{" "}
                {token.scopes
                  .map((scope) => t(`scope.${scope.replace(".", "_") as "orders_read"}`))
                  .join(", ")}
              </p>
            </div>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-[14px] [&>dt]:text-ink-2">
              <dt>{t("made")}</dt>
              <dd>
                <Moment at={token.madeAt} zone={zone} /> {t("by", { name: token.madeBy })}
              </dd>
              <dt>{t("used")}</dt>
              <dd>
                {token.lastUsedAt ? <Moment at={token.lastUsedAt} zone={zone} /> : t("never")}
              </dd>
              {token.revokedAt === null ? null : (
                <>
                  <dt>{t("revoked")}</dt>
                  <dd className="font-[650] text-stop">
                    <Moment at={token.revokedAt} zone={zone} />{" "}
                    {t("by", { name: token.revokedBy ?? "" })}
                  </dd>
                </>
              )}
            </dl>
            {manages && token.revokedAt === null ? (
              <RevokeToken token={token.id} name={token.name} />
            ) : null}
          </li>
        ))}
      </ul>
      {history.entries.length === 0 ? null : (
        <>
          <h2 className="mb-3 text-[19px] font-bold">{t("history")}</h2>
          <HistoryList history={history} zone={zone} />
        </>
      )}
    </main>
  );
}
