import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import enCommon from "./en/common.json" with { type: "json" };
import enConnectors from "./en/connectors.json" with { type: "json" };
import enDesk from "./en/desk.json" with { type: "json" };
import esCommon from "./es/common.json" with { type: "json" };
import esConnectors from "./es/connectors.json" with { type: "json" };
import esDesk from "./es/desk.json" with { type: "json" };
import { LOCALE_COOKIE, type Locale, localeFrom } from "./locales.ts";

const messages = {
  en: { common: enCommon, connectors: enConnectors, desk: enDesk },
  es: { common: esCommon, connectors: esConnectors, desk: esDesk },
} satisfies Record<Locale, object>;

/** The words of the desk's pages, in the language that was chosen, else the browser's own. */
export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  const asked = (await headers()).get("accept-language")?.split(",") ?? [];
  const locale = localeFrom(chosen === undefined ? asked : [chosen, ...asked]);
  return { locale, messages: messages[locale], timeZone: "UTC" };
});
