"use client";
import type { ReactNode } from "react";
import { RefusalBooks } from "#components/refusal-text";
import type { Locale } from "#lib/messages/locales";
import { refusalBooks } from "#lib/messages/refusal-books";

const bookOf = (locale: Locale) => refusalBooks[locale];

/** What a form of the desk may be answered has its words on the page already. */
export const DeskWords = ({ children }: { children: ReactNode }) => (
  <RefusalBooks value={bookOf}>{children}</RefusalBooks>
);
