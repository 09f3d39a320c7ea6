import { useTranslations } from "next-intl";

/** A text between the quotes of a style sheet: nothing in it can end them, or the sheet. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/["\\<\p{Cc}]/gu, (sign) => `\\${sign.codePointAt(0)?.toString(16)} `)}"`;

const small = "font: 500 7.5pt ui-monospace, monospace; color: #1b1d1f; white-space: nowrap";

/**
 * On every page of paper: which unit, order and revision it is of, the hash of the last entry it was
 * printed from, and which page of how many. Margin boxes take no element, only a style sheet's text;
 * it comes with the page, so that it is there however early somebody prints.
 */
export function RecordPrint({
  unit,
  order,
  revision,
  head,
}: {
  unit: string;
  order: string;
  revision: string;
  head: string;
}) {
  const t = useTranslations("desk.paper");
  const pages = `${quoted(`${t("page")} `)} counter(page) ${quoted(` ${t("of")} `)} counter(pages)`;
  return (
    <style>{`@page {
      @top-left { content: ${quoted(`${unit} · ${order}`)}; ${small}; font-weight: 700 }
      @top-right { content: ${quoted(revision)}; ${small} }
      @bottom-left { content: ${quoted(t("head", { head }))}; ${small}; font-size: 6.5pt }
      @bottom-right { content: ${pages}; ${small} }
    }`}</style>
  );
}
