import { createHash } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { aSite, aTablet } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import { GET, PUT } from "../../app/api/blobs/[sha256]/route.ts";
import { documentBytesMax } from "./document.rules.ts";

const shaOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const pdf = Buffer.from("%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n");
const qif = Buffer.from(
  '<?xml version="1.0"?>\n<QIFDocument xmlns="http://qifstandards.org/xsd/qif3"/>',
);
const csv = Buffer.from("characteristic;value\r\n10;152,43\r\n\xe4", "latin1");

let cookie: string;
let stranger: string;
beforeAll(async () => {
  ({ cookie } = await aTablet(await aSite()));
  ({ cookie: stranger } = await aTablet(await aSite()));
});
const at = (sha256: string) => ({ params: Promise.resolve({ sha256 }) });
const put = (bytes: Buffer, type: string, sha256 = shaOf(bytes)) =>
  PUT(
    new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, {
      method: "PUT",
      body: new Uint8Array(bytes),
      headers: { cookie, origin: env.BUYOFF_ORIGIN, "x-buyoff": "1", "content-type": type },
    }),
    at(sha256),
  );
const get = (sha256: string, as = cookie) =>
  GET(
    new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, { headers: { cookie: as } }),
    at(sha256),
  );

it("keeps a machine's report byte for byte, hands it out to be saved, and to its own site alone", async () => {
  for (const [bytes, type, ending] of [
    [pdf, "application/pdf", "pdf"],
    [qif, "application/xml", "xml"],
    [csv, "text/csv", "csv"],
    [csv, "text/plain", "txt"],
  ] as const) {
    const own = type === "text/plain" ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes;
    expect((await put(own, type)).status, type).toBe(200);
    const answer = await get(shaOf(own));
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), own)).toBe(0);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": type,
      "content-disposition": `attachment; filename="${shaOf(own).slice(0, 12)}.${ending}"`,
      "content-security-policy": expect.stringMatching(/sandbox$/),
      "x-content-type-options": "nosniff",
    });
    expect((await get(shaOf(own), stranger)).status).toBe(404);
  }
});

it("takes no page, no program and no XML that its reader would fetch or unfold something for", async () => {
  const wrong: [Buffer | string, string][] = [
    ["<html><script>alert(1)</script></html>", "text/html"],
    ["<html><script>alert(1)</script></html>", "text/csv"],
    ["  <!DOCTYPE html><p>", "text/plain"],
    ["<svg onload=alert(1)>", "text/plain"],
    [
      '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><q>&x;</q>',
      "application/xml",
    ],
    ['<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><q/>', "application/xml"],
    ["characteristic;value", "application/xml"],
    ["MZ\0\0program", "text/plain"],
    ["%PDF-1.7\n", "application/pdf"],
    [`${pdf} `, "application/xml"],
    [`${qif} `, "application/pdf"],
    ["", "text/csv"],
    ["PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ];
  for (const [content, type] of wrong) {
    const answer = await put(Buffer.from(content), type);
    expect(answer.status, `${type} ${content}`).toBe(415);
    expect((await get(shaOf(Buffer.from(content)))).status).toBe(404);
  }
});

it("takes no file under another hash than its own, and none beyond twenty megabytes", async () => {
  expect((await put(csv, "text/csv", "0".repeat(64))).status).toBe(415);
  const large = Buffer.alloc(documentBytesMax + 1, "1");
  const answer = await put(large, "text/csv");
  expect(await answer.json()).toMatchObject({ ok: false, error: { code: "too_large" } });
  expect((await get(shaOf(large))).status).toBe(404);
});
