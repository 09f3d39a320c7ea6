import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ConnectorForm } from "#components/desk/connector-form";
import { FeedTabs } from "#components/desk/feed-tabs";
import { asButton, LinkButton } from "#components/desk/link-button";
import { PageHead } from "#components/desk/page-head";
import { Button } from "#components/ui/button";
import { TextInput } from "#components/ui/field";
import { requireActor } from "#lib/boundary/actor";
import { isVerified } from "#lib/feed/connectors/capabilities.rules";
import { connectorKinds } from "#lib/feed/connectors/fields.rules";
import { asksOf, type Beginning, beginningOf, presetOf } from "#lib/feed/connectors/presets.rules";
import { type Preset, presets } from "#lib/feed/connectors/rest/schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("connectors"))("add") };
}

type Ask = { kind?: string; preset?: string } & Record<string, string | string[] | undefined>;

/** First what it is, then everything about it. */
export default async function NewConnector({ searchParams }: { searchParams: Promise<Ask> }) {
  await requireActor("feed.manage");
  const asked = await searchParams;
  const t = await getTranslations("connectors");
  const preset = presets.find((of) => of === asked.preset);
  const kind = connectorKinds.find((of) => of === asked.kind);
  const name = preset ? t(`preset.${preset}`) : kind ? t(`kind.${kind}`) : null;
  const beginning: Beginning | null = preset
    ? presetOf(preset, saidIn(asked))
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
      {preset && !isVerified(preset) ? (
        <p className="mb-5 max-w-[820px] rounded border-[1.5px] border-rule bg-sunk px-4 py-3 text-[15px]">
          {t("notVerified", { system: name })}
        </p>
      ) : null}
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
        {presets.map((of) => (
          <Kind key={of} title={t(`preset.${of}`)} hint={t(`presetHint.${of}`)}>
            <Begin preset={of} />
          </Kind>
        ))}
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

/** What it has to be told first, where it has to be told anything. */
async function Begin({ preset }: { preset: Preset }) {
  const t = await getTranslations("connectors");
  const asks = Object.entries(asksOf(preset));
  if (asks.length === 0)
    return <LinkButton href={`/feed/connectors/new?preset=${preset}`}>{t("choose")}</LinkButton>;
  return (
    <details>
      <summary className={`${asButton} cursor-pointer list-none`}>{t("choose")}</summary>
      <form action="/feed/connectors/new" className="mt-3 grid gap-3">
        <input type="hidden" name="preset" value={preset} />
        {asks.map(([name, usual]) => (
          <AskField
            key={name}
            id={`${preset}-${name}`}
            name={name}
            label={t(`ask.${preset}.${name}` as "ask.request-tracker.queue")}
            usual={usual}
          />
        ))}
        <div>
          <Button size="desk" type="submit" className="min-h-11">
            {t("goOn")}
          </Button>
        </div>
      </form>
    </details>
  );
}

const saidIn = (asked: Ask): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asked).flatMap(([name, said]) =>
      typeof said === "string" ? [[name, said.slice(0, 300)]] : [],
    ),
  );

type AskFieldOf = { id: string; name: string; label: string; usual: string };
const AskField = ({ id, name, label, usual }: AskFieldOf) => (
  <div className="grid gap-1.5">
    <label htmlFor={id} className="text-[15px] font-[650] text-ink-2">
      {label}
    </label>
    <TextInput
      id={id}
      name={name}
      defaultValue={usual}
      maxLength={300}
      required
      autoComplete="off"
      spellCheck={false}
    />
  </div>
);

function Kinds({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="mb-2 text-[19px] font-bold">{title}</h2>
      <ul className="grid items-start gap-3 sm:grid-cols-2 min-[1000px]:grid-cols-3">{children}</ul>
    </section>
  );
}

function Kind({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <li className="grid gap-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4">
      <h3 className="text-[17px] font-[650]">{title}</h3>
      <p className="text-[15px] text-ink-2">{hint}</p>
      <div>{children}</div>
    </li>
  );
}
