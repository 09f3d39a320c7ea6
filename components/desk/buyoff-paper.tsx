import { useLocale, useTranslations } from "next-intl";
import type { InstructionContent, Localized } from "#lib/instructions/schema";
import { type BandLimits, limitsText } from "#lib/kit/band";
import type { Canonical } from "#lib/kit/canonical";
import { decimalIn, inLocale, type Locale } from "#lib/messages/locales";

/** What `buyoffContent` gives and a signature's hash is of, as far as a reader is shown it. */
type Signed = {
  meaning: Localized;
  steps: readonly SignedStep[];
};
type SignedStep = { step: string; number: string; attempt: number } & {
  values: readonly {
    reading: string;
    field: string;
    position: string;
    sample: number;
    value: string;
    unit: string | null;
    limits: BandLimits | null;
    process: BandLimits | null;
    verdict: string;
    acceptedBy: string | null;
    gage: { code: string } | null;
    amended: number;
  }[];
  components: readonly {
    installation: string;
    find: string;
    position: string;
    part: string;
    serial: string | null;
    lot: string | null;
    quantity: string;
    expiresOn: string | null;
  }[];
  photos: readonly { field: string; position: string; sha256: string }[];
};

const cell = "break-words border-t border-rule px-2 py-1.5 align-top first:pl-0";

/** Exactly what is signed (21 CFR 11.70), drawn from the very thing whose hash the signature holds. */
export function BuyoffPaper({
  signed,
  content,
}: {
  signed: Canonical;
  content: InstructionContent;
}) {
  const t = useTranslations("desk.sign");
  const locale = useLocale() as Locale;
  const { meaning, steps } = signed as unknown as Signed;
  return (
    <article className="grid gap-4 rounded border-[1.5px] border-rule bg-sheet px-6 py-5">
      <p className="max-w-[60ch] border-l-[5px] border-act py-1 pl-4 text-[19px] leading-snug">
        {inLocale(meaning, locale)}
      </p>
      {steps.map((step) => (
        <StepPaper key={`${step.step}/${step.attempt}`} step={step} content={content} />
      ))}
      {steps.every(isBare) ? (
        <p className="text-[15px] text-ink-2">{t("nothingRecorded")}</p>
      ) : null}
    </article>
  );
}

const isBare = ({ values, components, photos }: SignedStep) =>
  values.length + components.length + photos.length === 0;

function StepPaper({ step, content }: { step: SignedStep; content: InstructionContent }) {
  const t = useTranslations("desk.sign");
  const record = useTranslations("desk.record");
  const verdicts = useTranslations("common.verdict");
  const locale = useLocale() as Locale;
  const shown = (value: string) =>
    record.has(`value.${value}`) ? record(`value.${value}`) : decimalIn(value, locale);
  const planned = content.operations
    .flatMap(({ steps }) => steps)
    .find(({ id }) => id === step.step);
  const label = (field: string): string => {
    const found = planned?.fields.find(({ id }) => id === field);
    return found ? inLocale(found.label, locale) : "";
  };
  const place = ({ field, position }: { field: string; position: string }): string => {
    const found = planned?.fields.find(({ id }) => id === field);
    return (found?.positions.length ?? 0) > 1 ? position : "";
  };
  return (
    <section>
      <h2 className="text-[15px] font-[650]">
        <span className="mono">{step.number}</span> {planned ? inLocale(planned.title, locale) : ""}
        {step.attempt > 1 ? (
          <span className="text-ink-2"> · {t("attempt", { attempt: step.attempt })}</span>
        ) : null}
      </h2>
      {isBare(step) ? null : (
        <table className="mt-1 w-full table-fixed border-collapse text-[15px]">
          <colgroup>
            <col className="w-[32%]" />
            <col className="w-[18%]" />
            <col className="w-[22%]" />
            <col className="w-[14%]" />
            <col className="w-[14%]" />
          </colgroup>
          <tbody>
            {step.values.map((one) => (
              <tr key={one.reading}>
                <td className={cell}>
                  {label(one.field)} <span className="mono text-ink-2">{place(one)}</span>
                </td>
                <td className={`${cell} mono font-[650] whitespace-nowrap`}>
                  {shown(one.value)} {one.unit}
                </td>
                <td className={`${cell} mono text-[14px] text-ink-2`}>
                  {one.limits === null ? "" : limitsText(one.limits, shown)}
                </td>
                <td
                  className={`${cell} ${one.verdict.startsWith("out") ? "font-[650] text-stop" : "text-ink-2"}`}
                >
                  {verdicts(one.verdict)}
                  {one.acceptedBy === null ? "" : `, ${t("accepted")}`}
                  {one.amended === 0 ? "" : `, ${t("amended", { count: one.amended })}`}
                </td>
                <td className={`${cell} mono text-[14px]`}>{one.gage?.code}</td>
              </tr>
            ))}
            {step.components.map((one) => (
              <tr key={one.installation}>
                <td className={cell}>
                  {t("installed", { find: one.find })}{" "}
                  <span className="mono text-ink-2">{one.position}</span>
                </td>
                <td className={`${cell} mono font-[650]`}>{one.part}</td>
                <td className={`${cell} mono text-[14px]`} colSpan={2}>
                  {one.serial ?? one.lot} · {one.quantity}
                </td>
                <td className={`${cell} mono text-[14px] text-ink-2`}>{one.expiresOn}</td>
              </tr>
            ))}
            {step.photos.map((one) => (
              <tr key={`${one.field}/${one.position}/${one.sha256}`}>
                <td className={cell}>
                  {label(one.field)} <span className="mono text-ink-2">{place(one)}</span>
                </td>
                <td className={cell} colSpan={4}>
                  <a
                    href={`/api/blobs/${one.sha256}`}
                    target="_blank"
                    rel="noreferrer"
                    className="text-act underline underline-offset-4"
                  >
                    {t("photo")}
                  </a>{" "}
                  <span className="mono text-[13px] text-ink-2">{one.sha256.slice(0, 12)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
