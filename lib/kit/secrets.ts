import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Argon2id, which is the package's default algorithm, with a salt of its own. */
export const hashSecret = (secret: string): Promise<string> => hash(secret, cost);

// Checked where there is nothing to check, so that the answer takes as long either way.
const nobodys = hashSecret(randomBytes(16).toString("hex"));

export async function isSecret(
  storedHash: string | null | undefined,
  given: string,
): Promise<boolean> {
  const matches = await verify(storedHash ?? (await nobodys), given);
  return matches && typeof storedHash === "string";
}

/** 256 random bits as base64url: nothing about it can be guessed, so a plain hash of it may be kept. */
export const newToken = (): string => randomBytes(32).toString("base64url");

export const tokenHash = (token: string): string =>
  createHash("sha256").update(token, "utf8").digest("hex");

const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A code a person types once, without letters that look alike: `groups` of four. */
export function newTypedCode(groups: number): string {
  const pick = () => {
    // 240 is the largest multiple of 30 in a byte; what lies above would favor the first letters.
    for (;;) {
      const [byte = 255] = randomBytes(1);
      if (byte < 240) return letters[byte % letters.length] ?? "";
    }
  };
  return Array.from({ length: groups }, () => Array.from({ length: 4 }, pick).join("")).join("-");
}

export const asTyped = (code: string): string => code.toUpperCase().replace(/[^0-9A-Z]/g, "");
