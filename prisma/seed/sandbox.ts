// biome-ignore-all lint/style/noProcessEnv: the sandbox is a part of the demo alone; env.ts is what the product reads.
const { BUYOFF_SANDBOX_URL, BUYOFF_SANDBOX_TOKEN, BUYOFF_SANDBOX_WEBHOOK_SECRET } = process.env;

/** Where `npm start` runs the stand-in for a QMS; null: there is none. */
export const sandbox = BUYOFF_SANDBOX_URL
  ? {
      url: BUYOFF_SANDBOX_URL,
      token: BUYOFF_SANDBOX_TOKEN ?? "",
      webhookSecret: BUYOFF_SANDBOX_WEBHOOK_SECRET ?? null,
    }
  : null;
