import { inflateSync } from "node:zlib";

type Found = { head: string; stream: Buffer | null };
/** What letters a font's glyphs stand for, and how many digits name a glyph. */
type Font = { digits: number; letters: ReadonlyMap<number, string> };

/**
 * The letters of each page in the order in which they are drawn, without the spaces between them, as
 * a search would find them: Chromium's own PDFs, and no others.
 */
export function pagesOf(pdf: Buffer): string[] {
  const objects = objectsOf(pdf);
  const pages = [...objects.values()].filter(({ head }) => /\/Type\s*\/Page\b/.test(head));
  return pages.map((page) => textOf(page, objects));
}

function objectsOf(pdf: Buffer): Map<number, Found> {
  const text = pdf.toString("latin1");
  const objects = new Map<number, Found>();
  for (const match of text.matchAll(/(?:^|\n)(\d+) 0 obj\s/g)) {
    const from = (match.index ?? 0) + match[0].length;
    const end = text.indexOf("endobj", from);
    const begin = text.indexOf("stream", from);
    const isStream = begin > 0 && begin < end;
    const head = text.slice(from, isStream ? begin : end);
    objects.set(Number(match[1]), { head, stream: isStream ? streamAt(pdf, head, begin) : null });
  }
  return objects;
}

function streamAt(pdf: Buffer, head: string, at: number): Buffer {
  const from = pdf.indexOf("\n", at) + 1;
  const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
  const bytes = pdf.subarray(from, from + length);
  return head.includes("/FlateDecode") ? inflateSync(bytes) : bytes;
}

const refs = (text: string): number[] =>
  [...text.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));

function textOf(page: Found, objects: ReadonlyMap<number, Found>): string {
  const fonts = new Map<string, Font>();
  const named = /\/Font\s*<<([\s\S]*?)>>/.exec(page.head)?.[1] ?? "";
  for (const [, name = "", number] of named.matchAll(/\/(\w+) (\d+) 0 R/g))
    fonts.set(name, fontOf(Number(number), objects));
  const [contents = 0] = refs(/\/Contents[^/]*/.exec(page.head)?.[0] ?? "");
  const drawn = objects.get(contents)?.stream?.toString("latin1") ?? "";
  let font: Font | undefined;
  let text = "";
  for (const [, name, glyphs = ""] of drawn.matchAll(
    /\/(\w+) [\d.]+ Tf|(<[^>]+>|\[[^\]]*\])\s*TJ?j?/g,
  )) {
    if (name) font = fonts.get(name);
    else if (font) text += said(glyphs, font);
  }
  return text.replaceAll(/\s/g, "");
}

const number = (hex: string): number => Number.parseInt(hex, 16);

const said = (glyphs: string, { digits, letters }: Font): string =>
  [...glyphs.matchAll(/<([0-9a-fA-F]+)>/g)]
    .flatMap(([, hex = ""]) => hex.match(new RegExp(`.{${digits}}`, "g")) ?? [])
    .map((glyph) => letters.get(number(glyph)) ?? "")
    .join("");

function fontOf(object: number, objects: ReadonlyMap<number, Found>): Font {
  const [map = 0] = refs(/\/ToUnicode \d+ 0 R/.exec(objects.get(object)?.head ?? "")?.[0] ?? "");
  const table = objects.get(map)?.stream?.toString("latin1") ?? "";
  const space = /begincodespacerange\s*<([0-9a-fA-F]+)>/.exec(table)?.[1] ?? "0000";
  const letters = new Map<number, string>();
  const letter = (code: string) =>
    String.fromCharCode(...(code.match(/.{4}/g) ?? []).map((unit) => number(unit)));
  for (const [, block = ""] of table.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, from = "", to = ""] of block.matchAll(/<(\w+)> <(\w+)>/g))
      letters.set(number(from), letter(to));
  for (const [, block = ""] of table.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from = "", to = "", first = ""] of block.matchAll(/<(\w+)> <(\w+)> <(\w+)>/g))
      for (let at = number(from); at <= number(to); at += 1)
        letters.set(at, String.fromCharCode(number(first) + at - number(from)));
  return { digits: space.length, letters };
}
