import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { CrosswalkTabs } from "#components/desk/crosswalk-tabs";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { Empty, PageHead } from "#components/desk/page-head";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { requireActor } from "#lib/boundary/actor";
import { plantPolicy } from "#lib/defects/queries";
import { examplesFor, type MappingPreview, mappingPreview } from "#lib/feed/preview.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.crosswalks"))("preview") };
}

type Words = Awaited<ReturnType<typeof getTranslations<"desk.crosswalks">>>;
const isId = (text: string | undefined): text is string => /^[0-9a-f-]{36}$/.test(text ?? "");

/** A record of this plant as a system would be sent it now. Nothing is sent. */
export default async function Preview({
  searchParams,
}: {
  searchParams: Promise<{ of?: string }>;
}) {
  const actor = await requireActor("feed.read");
  const { of } = await searchParams;
  const [t, examples, plant] = await Promise.all([
    getTranslations("desk.crosswalks"),
    examplesFor(actor),
    plantPolicy(actor),
  ]);
  const chosen = isId(of) ? of : examples[0]?.id;
  const found = chosen === undefined ? null : await mappingPreview(actor, chosen);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <PageHead title={t("preview")} lead={t("previewLead")} />
      <CrosswalkTabs here="preview" />
      {examples.length === 0 || found === null ? (
        <Empty title={t("previewNone")} hint={t("previewNoneHint")} />
      ) : (
        <div className="grid grid-cols-[300px_minmax(0,1fr)] gap-6 max-lg:grid-cols-1">
          <nav aria-label={t("previewOf")} className="max-h-[75vh] overflow-y-auto">
            <ul className="grid gap-1">
              {examples.map(({ id, title, at }) => (
                <li key={id}>
                  <Link
                    href={`/feed/crosswalks/preview?of=${id}`}
                    aria-current={id === chosen ? "true" : undefined}
                    className={`block rounded border-[1.5px] px-3 py-2 text-[14px] break-words ${id === chosen ? "border-ink bg-sheet font-[650]" : "border-rule"}`}
                  >
                    {title}
                    <span className="block text-[13px] text-ink-2">
                      <Moment at={at} zone={plant.timeZone} shape="full" />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <Sent of={found} t={t} />
        </div>
      )}
    </main>
  );
}

function Sent({ of, t }: { of: MappingPreview; t: Words }) {
  return (
    <div className="grid content-start gap-5">
      <h2 className="text-[19px] font-bold break-words">{of.title}</h2>
      {of.problem === null ? null : (
        <p
          role="status"
          className="rounded border-2 border-stop bg-stop-wash px-4 py-3 text-[15px]"
        >
          <b>{t("wouldStop")}</b> <span className="mono">{of.problem}</span>
        </p>
      )}
      <Codes of={of} t={t} />
      {of.lengths.length === 0 ? null : <Lengths of={of} t={t} />}
      {of.body === null ? null : (
        <section
          aria-label={t("body")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
          tabIndex={0}
          className="max-h-[60vh] overflow-auto rounded border-[1.5px] border-rule bg-sheet p-4"
        >
          <pre className="mono text-[13px] break-words whitespace-pre-wrap">
            {JSON.stringify(of.body, null, 2)}
          </pre>
        </section>
      )}
    </div>
  );
}

function Codes({ of, t }: { of: MappingPreview; t: Words }) {
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="px-4 py-2 text-left font-bold">{t("codesUsed")}</caption>
        <tbody>
          {of.used.map(({ kind, code, how, to, version }) => (
            <tr key={`${kind}/${code}`}>
              <td className={`${td} text-[14px]`}>{t(`kind.${kind}`)}</td>
              <th scope="row" className={`${td} mono text-left`}>
                {code}
              </th>
              <td className={`${td} mono`}>{to}</td>
              <td className={`${td} text-[14px]`}>
                {t(`how.${how}`)}, {t("version", { version })}
              </td>
            </tr>
          ))}
          {of.missing.map(({ kind, code }) => (
            <tr key={`${kind}/${code}`}>
              <td className={`${td} text-[14px]`}>{t(`kind.${kind}`)}</td>
              <th scope="row" className={`${td} mono text-left`}>
                {code}
              </th>
              <td className={td} />
              <td className={`${td} font-bold text-stop`}>{t("how.missing")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Lengths({ of, t }: { of: MappingPreview; t: Words }) {
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="px-4 py-2 text-left font-bold">{t("lengths")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("field")}</th>
            <th className={`${th} text-right`}>{t("length")}</th>
            <th className={`${th} text-right`}>{t("most")}</th>
            <th className={th}>{t("overflow")}</th>
          </tr>
        </thead>
        <tbody>
          {of.lengths.map(({ field, length, max, overflow }) => (
            <tr key={field}>
              <th scope="row" className={`${td} mono text-left`}>
                {field}
              </th>
              <td className={`${td} mono text-right ${length > max ? "font-bold text-stop" : ""}`}>
                {length}
              </td>
              <td className={`${td} mono text-right`}>{max}</td>
              <td className={`${td} text-[14px]`}>
                {overflow === null
                  ? t("refusedIfLonger")
                  : overflow.to === "field"
                    ? t("intoField", { field: overflow.field })
                    : t("intoFile", { name: overflow.name })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
