import type { Locale } from "#lib/messages/locales";
import connectors from "../../lib/messages/en/connectors.json" with { type: "json" };
import desk from "../../lib/messages/en/desk.json" with { type: "json" };
import { words as tablet } from "../../lib/messages/en/tablet.ts";
import conectores from "../../lib/messages/es/connectors.json" with { type: "json" };
import mesa from "../../lib/messages/es/desk.json" with { type: "json" };
import { words as tableta } from "../../lib/messages/es/tablet.ts";

const messages: Readonly<Record<Locale, unknown>> = {
  en: { ...tablet, connectors, desk },
  es: { ...tableta, connectors: conectores, desk: mesa },
};

/** What the screen says in a language, by the key of its sentence; for sentences without plurals. */
export function wordsIn(locale: Locale) {
  return (key: string, values: Readonly<Record<string, string>> = {}): string => {
    const sentence = key
      .split(".")
      .reduce<unknown>(
        (at, part) => (at as Record<string, unknown> | undefined)?.[part],
        messages[locale],
      );
    if (typeof sentence !== "string" || sentence.includes(", plural,"))
      throw new Error(`${locale} has no plain sentence ${key}`);
    return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  };
}
