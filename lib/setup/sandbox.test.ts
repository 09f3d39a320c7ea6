import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Memory, openMemory } from "./memory.ts";
import { newParts } from "./parts.ts";
import { freePort, requirePort } from "./port.ts";
import { Problem } from "./problem.ts";
import { startSandbox } from "./sandbox.ts";

let folder = "";
let memory: Memory;
let somebodyElse: Server;
let parts = newParts();
const plan = () => ({
  memory,
  parts,
  origin: "http://127.0.0.1:1",
  logs: path.join(folder, "logs"),
  publicPort: 1,
});

/** Another program on the port that is remembered, and it answers like any web server. */
beforeEach(async () => {
  parts = newParts();
  folder = await mkdtemp(path.join(tmpdir(), "buyoff-sandbox-"));
  memory = await openMemory(folder);
  const port = await freePort(0);
  somebodyElse = createServer((_request, response) => response.end("somebody else"));
  await new Promise<void>((resolve) => somebodyElse.listen(port, "127.0.0.1", resolve));
  await memory.save({ sandbox: { ...memory.values.sandbox, port } });
});
afterEach(async () => {
  await parts.stop();
  somebodyElse.close();
  await rm(folder, { recursive: true });
});

it("takes another port while no plant knows it, holds it, and remembers it", async () => {
  const taken = memory.values.sandbox.port;
  const { url } = await startSandbox(plan(), true);
  const { port } = memory.values.sandbox;
  expect(port).not.toBe(taken);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await (await fetch(url)).text()).toContain("NCR");
});

it("begins a new plant's register with nothing that another plant had there", async () => {
  const another = { number: "NCR-2026-00001", external_key: "theirs", version: 1, status: "open" };
  await mkdir(path.join(folder, "qms-sandbox"));
  await writeFile(path.join(folder, "qms-sandbox", "ncrs.jsonl"), `${JSON.stringify(another)}\n`);
  const { url } = await startSandbox(plan(), true);
  const headers = { authorization: `Bearer ${memory.values.sandbox.token}` };
  const answer = await fetch(`${url}/api/admin/count`, { headers });
  expect(await answer.json()).toMatchObject({ ncrs: 0 });
});

it("is not taken for the program that has its port, and never blames the port of the web", async () => {
  const { port } = memory.values.sandbox;
  const refusal = await startSandbox(plan(), false).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Problem);
  const { message } = refusal as Problem;
  expect(message).toMatch(
    new RegExp(`^Port ${port} is taken by another program, and the demo plant`),
  );
  expect(message).not.toContain("--port");
});

describe("where the web was given the sandbox's own port, as by --port 4310", () => {
  const webPlan = async () => {
    const publicPort = await freePort(0);
    await memory.save({ sandbox: { ...memory.values.sandbox, port: publicPort } });
    return { ...plan(), publicPort };
  };

  it("leaves it to the web, which listens later, and takes another", async () => {
    const web = await webPlan();
    const { url } = await startSandbox(web, true);
    expect(url).not.toBe(`http://127.0.0.1:${web.publicPort}`);
    expect(url).toBe(`http://127.0.0.1:${memory.values.sandbox.port}`);
    await requirePort(web.publicPort, "127.0.0.1");
  });

  it("says what to do once the plant knows the sandbox there, before anything is built", async () => {
    const web = await webPlan();
    const { publicPort } = web;
    await expect(startSandbox(web, false)).rejects.toThrow(
      `The demo plant knows its QMS sandbox on port ${publicPort}. Choose another one: npm start -- --port ${publicPort + 1}`,
    );
  });
});
