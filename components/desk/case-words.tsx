import { useTranslations } from "next-intl";

type Words = { code: string; version: number };

/** What came with the product is read in the reader's language; a plant's own case says what the plant wrote. */
export function useCaseWords() {
  const t = useTranslations("desk.validation.shipped");
  const said = ({ code, version }: Words, part: string, own: string): string => {
    const key = `${code}.${part}` as "create.title";
    return version === 0 && t.has(key) ? t(key) : own;
  };
  return {
    titleOf: (of: Words & { content: { title: string } }): string =>
      said(of, "title", of.content.title),
    stepOf: (of: Words, place: number, own: string): string => said(of, `step${place + 1}`, own),
  };
}
