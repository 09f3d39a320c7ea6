import type { Locale } from "#lib/messages/locales";
import common from "../../lib/messages/en/common.json" with { type: "json" };
import connectors from "../../lib/messages/en/connectors.json" with { type: "json" };
import desk from "../../lib/messages/en/desk.json" with { type: "json" };
import floor from "../../lib/messages/en/floor.json" with { type: "json" };
import comun from "../../lib/messages/es/common.json" with { type: "json" };
import conectores from "../../lib/messages/es/connectors.json" with { type: "json" };
import mesa from "../../lib/messages/es/desk.json" with { type: "json" };
import taller from "../../lib/messages/es/floor.json" with { type: "json" };

const messages: Readonly<Record<Locale, unknown>> = {
  en: { common, connectors, desk, floor },
  es: { common: comun, connectors: conectores, desk: mesa, floor: taller },
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
