import { rm } from "node:fs/promises";
import path from "node:path";
import { type Memory, root } from "./memory.ts";
import type { Parts } from "./parts.ts";
import { chooseAnother, freePort } from "./port.ts";
import { Problem } from "./problem.ts";
import {
  answering,
  PortTaken,
  type Program,
  type RunningProgram,
  startProgram,
} from "./processes.ts";

export type Sandbox = { url: string; program: RunningProgram };

type SandboxPlan = {
  memory: Memory;
  parts: Parts;
  origin: string;
  logs: string;
  publicPort: number;
};

const attempts = 5;
const registerOf = ({ folder }: Memory): string => path.join(folder, "qms-sandbox");

/**
 * The QMS of the demo. Until the demo plant knows it by address it takes any free port, and it holds
 * that port from then on: it is up before the plant is told.
 */
export async function startSandbox(plan: SandboxPlan, isPlantNew: boolean): Promise<Sandbox> {
  const { sandbox } = plan.memory.values;
  if (!isPlantNew) {
    if (sandbox.port === plan.publicPort) {
      throw new Problem(
        `The demo plant knows its QMS sandbox on port ${sandbox.port}. ${chooseAnother(sandbox.port)}`,
      );
    }
    return listening(plan, sandbox.port).catch((error: unknown) => {
      if (!(error instanceof PortTaken)) throw error;
      throw new Problem(
        `Port ${sandbox.port} is taken by another program, and the demo plant knows its QMS sandbox there. End that program and start again.`,
      );
    });
  }
  // What a plant that is gone, or was never complete, had there is nothing of this one's.
  await rm(registerOf(plan.memory), { recursive: true, force: true });
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? sandbox.port : 0, plan.publicPort);
    try {
      const started = await listening(plan, port);
      await plan.memory.save({ sandbox: { ...sandbox, port } });
      return started;
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === attempts) throw error;
    }
  }
}

async function listening(plan: SandboxPlan, port: number): Promise<Sandbox> {
  const program = plan.parts.keep(startProgram(sandboxProgram(plan, port), plan.logs));
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/`, [program], "NCR register on ");
  return { url, program };
}

function sandboxProgram({ memory, origin }: SandboxPlan, port: number): Program {
  const { token, webhookSecret } = memory.values.sandbox;
  return {
    name: "qms-sandbox",
    args: [
      path.join(root, "e2e/qms-sandbox/main.ts"),
      ...["--port", String(port)],
      ...["--folder", registerOf(memory)],
      // One in 64 keys begins with a dash, which a word of its own would make an option of.
      `--token=${token}`,
      ...["--webhook-url", `${origin}/api/webhooks/qms-sandbox`],
      ...["--webhook-secret", webhookSecret],
    ],
    // It plays another company's server: it gets nothing of ours, not even our addresses.
    environment: { PATH: process.env.PATH, HOME: process.env.HOME },
  };
}
