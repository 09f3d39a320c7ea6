import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ConnectorForm } from "#components/desk/connector-form";
import { FeedTabs } from "#components/desk/feed-tabs";
import { LinkButton } from "#components/desk/link-button";
import { PageHead } from "#components/desk/page-head";
import { Button } from "#components/ui/button";
import { TextInput } from "#components/ui/field";
import { requireActor } from "#lib/boundary/actor";
import { connectorKinds } from "#lib/feed/connectors/fields.rules";
import { type Beginning, beginningOf, presetOf, presets } from "#lib/feed/connectors/presets.rules";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("connectors"))("add") };
}

type Ask = { kind?: string; preset?: string; queue?: string };

/** First what it is, then everything about it. */
export default async function NewConnector({ searchParams }: { searchParams: Promise<Ask> }) {
  await requireActor("feed.manage");
  const asked = await searchParams;
  const t = await getTranslations("connectors");
  const preset = presets.find((of) => of === asked.preset);
  const kind = connectorKinds.find((of) => of === asked.kind);
  const name = preset ? t(`preset.${preset}`) : kind ? t(`kind.${kind}`) : null;
  const beginning: Beginning | null = preset
    ? presetOf(preset, String(asked.queue ?? "").slice(0, 100))
    : kind
      ? beginningOf(kind)
      : null;
  if (beginning === null || name === null) return <Choice />;
  return (
    <main className="max-w-[1000px] px-4 py-5 sm:px-8 sm:py-7">
      <PageHead
        title={t("addTitle", { kind: name })}
        lead={preset ? t(`presetHint.${preset}`) : t(`kindHint.${beginning.kind}`)}
        actions={<LinkButton href="/feed/connectors/new">{t("another")}</LinkButton>}
      />
      <FeedTabs here="connectors" />
      <ConnectorForm
        kind={beginning.kind}
        existing={null}
        initial={{ code: "", name: preset ? name : "", typed: beginning.typed }}
        cancel="/feed/connectors"
      />
    </main>
  );
}

async function Choice() {
  const t = await getTranslations("connectors");
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("chooseTitle")} lead={t("chooseLead")} />
      <FeedTabs here="connectors" />
      <Kinds title={t("presets")}>
        <Kind title={t("preset.request-tracker")} hint={t("presetHint.request-tracker")}>
          <form action="/feed/connectors/new" className="grid gap-3">
            <input type="hidden" name="preset" value="request-tracker" />
            <QueueField label={t("queue")} />
            <div>
              <Button size="desk" type="submit" className="min-h-11">
                {t("choose")}
              </Button>
            </div>
          </form>
        </Kind>
        <Kind title={t("preset.qms-sandbox")} hint={t("presetHint.qms-sandbox")}>
          <LinkButton href="/feed/connectors/new?preset=qms-sandbox">{t("choose")}</LinkButton>
        </Kind>
      </Kinds>
      <Kinds title={t("records")}>
        <Kind title={t("kind.rest")} hint={t("kindHint.rest")}>
          <LinkButton href="/feed/connectors/new?kind=rest">{t("choose")}</LinkButton>
        </Kind>
      </Kinds>
      <Kinds title={t("hears")}>
        {connectorKinds
          .filter((of) => of !== "rest")
          .map((of) => (
            <Kind key={of} title={t(`kind.${of}`)} hint={t(`kindHint.${of}`)}>
              <LinkButton href={`/feed/connectors/new?kind=${of}`}>{t("choose")}</LinkButton>
            </Kind>
          ))}
      </Kinds>
    </main>
  );
}

const QueueField = ({ label }: { label: string }) => (
  <div className="grid gap-1.5">
    <label htmlFor="queue" className="text-[15px] font-[650] text-ink-2">
      {label}
    </label>
    <TextInput
      id="queue"
      name="queue"
      defaultValue="Nonconformances"
      maxLength={100}
      required
      autoComplete="off"
    />
  </div>
);

function Kinds({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="mb-2 text-[19px] font-bold">{title}</h2>
      <ul className="grid gap-3 sm:grid-cols-2 min-[1000px]:grid-cols-3">{children}</ul>
    </section>
  );
}

function Kind({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <li className="grid grid-rows-[auto_1fr_auto] gap-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4">
      <h3 className="text-[17px] font-[650]">{title}</h3>
      <p className="text-[15px] text-ink-2">{hint}</p>
      <div>{children}</div>
    </li>
  );
}
