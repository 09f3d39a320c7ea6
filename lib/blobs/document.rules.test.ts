import { expect, test } from "vitest";
import { isPdf } from "./document.rules.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const whole = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\ntrailer\n%%EOF";

test("knows a PDF by its own first and last bytes", () => {
  for (const end of ["", "\n", "\r\n", "\n\0\0"]) expect(isPdf(bytes(whole + end))).toBe(true);
  expect(isPdf(bytes(whole.replace("1.7\n", "2.0\r")))).toBe(true);
});

test("takes nothing else for one, whatever it begins or ends with", () => {
  for (const odd of [
    "",
    "%PDF-1.7\n",
    "%%EOF",
    `<html>${whole}`,
    `${whole}<script>alert(1)</script>`,
    whole.replace("%PDF-1.7", "%PDF-x.7"),
    whole.replace("%PDF-1.7\n", "%PDF-1.7<script>"),
    `${whole}${"\0".repeat(2000)}`,
    "\x89PNG\r\n\x1a\n%%EOF",
    whole.slice(0, -2),
  ]) {
    expect(isPdf(bytes(odd)), JSON.stringify(odd.slice(0, 40))).toBe(false);
  }
});
