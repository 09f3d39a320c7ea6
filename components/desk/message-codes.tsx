import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import type { CodeOfMessage } from "#lib/feed/crosswalks.queries";

/** What a message's codes were looked up as, and what it waits for. */
export function MessageCodes({ codes }: { codes: readonly CodeOfMessage[] }) {
  const t = useTranslations("desk.crosswalks");
  if (codes.length === 0) return null;
  return (
    <section aria-labelledby="codes" className="mb-5">
      <h2 id="codes" className="mb-2 text-[18px] font-bold">
        {t("ofMessage")}
      </h2>
      <ul className="overflow-hidden rounded border-[1.5px] border-rule bg-sheet text-[15px] [&>li]:border-t [&>li]:border-sunk [&>li:first-child]:border-t-0">
        {codes.map(({ kind, code, how, to, version }) => (
          <li
            key={`${kind}/${code}`}
            className="grid grid-cols-[200px_minmax(0,1fr)_minmax(0,1fr)_220px] items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 max-md:grid-cols-1"
          >
            <Link
              href={`/feed/crosswalks/${kind}`}
              className="underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
            >
              {t(`kind.${kind}`)}
            </Link>
            <span className="mono font-[650] [overflow-wrap:anywhere]">{code}</span>
            {to === null ? (
              <span className="col-span-2 font-[650] text-stop max-md:col-span-1">
                {t("waitsFor")}
              </span>
            ) : (
              <>
                <span className="[overflow-wrap:anywhere]">
                  <span aria-hidden="true">→ </span>
                  <span className="sr-only">{t("asWhat")} </span>
                  <span className="mono">{to}</span>
                </span>
                <span className={`text-[14px] ${how === "default" ? "text-warn" : "text-ink-2"}`}>
                  {t(`how.${how}`)}
                  {version === null ? null : `, ${t("inVersion", { version })}`}
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
