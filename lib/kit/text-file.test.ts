import { expect, test } from "vitest";
import { textOfAnswer, textOfFile } from "./text-file.ts";

const said = "código;nombre\r\nTRQ-01;Torque demasiado alto – ¿señal?\r\n";
/** The signs that are not in Latin-1 where Windows has them. */
const windows = Uint8Array.from(said, (letter) =>
  letter === "–" ? 0x96 : (letter.codePointAt(0) ?? 0),
);

test("a file says the same, however a spreadsheet saved it", () => {
  const utf8 = new TextEncoder().encode(said);
  expect(textOfFile(utf8)).toEqual({ text: said, savedAs: "utf-8" });
  expect(textOfFile(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8)).text).toBe(said);
  expect(textOfFile(windows)).toEqual({ text: said, savedAs: "windows-1252" });
  const wide = new Uint8Array(Buffer.from(`\uFEFF${said}`, "utf16le"));
  expect(textOfFile(wide)).toEqual({ text: said, savedAs: "utf-16" });
  const turned = new Uint8Array(Buffer.from(wide).swap16());
  expect(textOfFile(turned)).toEqual({ text: said, savedAs: "utf-16" });
});

test("an answer is read by the letters that its heading names, and else as a file", () => {
  expect(textOfAnswer(windows, "application/json; charset=windows-1252")).toBe(said);
  expect(textOfAnswer(windows, "text/yaml")).toBe(said);
  expect(textOfAnswer(windows, "text/yaml; charset=utf-8")).toBe(said);
  const kept = Uint8Array.of(0xa4);
  expect(textOfAnswer(kept, 'text/plain; charset="iso-8859-15"')).toBe("€");
  expect(textOfAnswer(kept, "text/plain; charset=klingon")).toBe("¤");
  expect(textOfAnswer(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b), "application/json")).toBe("{");
});
