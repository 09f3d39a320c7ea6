import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { expect, it } from "vitest";
import { canonicalJson, canonicalSha256, entryHash, sha256Hex } from "./canonical.ts";

const texts = [
  "",
  "Torque wrench",
  'a "quoted" word',
  "back\\slash",
  "line\nand\ttab",
  "\u0000\u001f\u007f",
  "12,5 µm „ü“",
  "🔩 \u2028",
  "<&>'/",
];

it("writes every text as JSON does, with or without anything to escape", () => {
  for (const text of texts) expect(canonicalJson(text)).toBe(JSON.stringify(text));
});

it("sorts members, leaves out what is undefined, and escapes names as it does texts", () => {
  const value = { b: [1, -0, null, true], a: { 'say "x"': "y", gone: undefined } };
  expect(canonicalJson(value)).toBe('{"a":{"say \\"x\\"":"y"},"b":[1,0,null,true]}');
});

it("refuses half a character, another form of a letter, a fraction and a name that is not ASCII", () => {
  for (const value of ["\ud83d", "u\u0308", 0.5, { ü: 1 }, { a: ["e\u0301"] }]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
});

it("hashes alike with Node's own SHA-256 and with the one that a browser is given", () => {
  for (const text of [...texts, "long ".repeat(40_000)]) {
    expect(sha256Hex(text)).toBe(bytesToHex(sha256(utf8ToBytes(text))));
    const leaf = new Uint8Array([0, ...utf8ToBytes(text)]);
    expect(entryHash(text)).toBe(bytesToHex(sha256(leaf)));
  }
  expect(canonicalSha256({})).toBe(
    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  );
});
