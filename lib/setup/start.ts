import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { lanAddresses, lanCertificate } from "./certificate.ts";
import { startHttpsFront } from "./https-front.ts";
import { lockFile, type Memory, openMemory, root, runningPid } from "./memory.ts";
import type { Options } from "./options.ts";
import { newParts, type Part } from "./parts.ts";
import { startPlant } from "./plant.ts";
import { portRefusal, requirePort } from "./port.ts";
import { codeOf, Problem } from "./problem.ts";
import { welcome } from "./welcome.ts";

const say = (text: string) => process.stdout.write(`${text}\n`);

/** `npm start` and `npm run dev`: everything up, until Ctrl-C. */
export async function start({ command, port, isOnLan }: Options): Promise<void> {
  const startedAt = Number(process.env.BUYOFF_STARTED_AT ?? Date.now());
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
  const stopAsked = stopRequest();
  await requirePort(port, isOnLan ? "0.0.0.0" : "127.0.0.1");
  const memory = await openMemory(path.join(root, process.env.BUYOFF_FOLDER || ".buyoff"));
  const parts = newParts();
  parts.keep(await lock(memory));
  const host = isOnLan ? (lanAddresses()[0] ?? "127.0.0.1") : "127.0.0.1";
  const origin = `${isOnLan ? "https" : "http"}://${host}:${port}`;
  const running = async () => {
    const plant = await startPlant({
      memory,
      environment: process.env,
      origin,
      publicPort: port,
      webPort: isOnLan ? null : port,
      isDev: command === "dev",
      parts,
      tell: (step) => say(`${seconds().padStart(7)} s  ${step}`),
    });
    const authorityFile = isOnLan ? await openToLan(memory, port, plant.webPort, parts.keep) : null;
    say(await welcome({ plant, origin, authorityFile, memory, seconds: seconds() }));
    const why = await plant.ended;
    throw new Problem(`${why}\n\nThe rest has been stopped. Start again with the same command.`);
  };
  try {
    await Promise.race([running(), stopAsked]);
    say("\nStopping …");
  } finally {
    await parts.stop();
  }
  say("Stopped. The data is kept.");
}

/** Ctrl-C, a service manager's stop, a closed terminal, or the end of the process that started us. */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => resolve());
    }
    process.on("disconnect", () => resolve());
  });
}

async function openToLan(
  memory: Memory,
  port: number,
  webPort: number,
  keep: (part: Part) => Part,
): Promise<string> {
  const certificate = await lanCertificate(path.join(memory.folder, "lan"), new Date());
  const front = await startHttpsFront(certificate, port, webPort).catch((error: unknown) => {
    throw new Problem(portRefusal(port, codeOf(error)));
  });
  keep({
    async stop() {
      front.closeAllConnections();
      front.close();
    },
  });
  return certificate.authorityFile;
}

/** Two starts from one folder would fight over its database. */
async function lock(memory: Memory): Promise<Part> {
  const pid = await runningPid(memory);
  if (pid !== null) {
    throw new Problem(
      `Buyoff already runs from this folder (process ${pid}). Stop it there with Ctrl-C, or clone it a second time.`,
    );
  }
  const file = lockFile(memory);
  await writeFile(file, String(process.pid));
  return { stop: () => rm(file, { force: true }) };
}
