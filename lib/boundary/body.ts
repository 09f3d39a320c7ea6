import "server-only";
import { err, ok, type Result } from "#lib/kit/result";
import { isTame } from "./json.ts";

export type BodyFault = "too_large" | "malformed";

/** Bytes of the body, given up at the first byte too many: nothing larger than `bytesMax` is ever held. */
export async function bytesOf(
  request: Request,
  bytesMax: number,
): Promise<Result<Uint8Array, BodyFault>> {
  const declared = request.headers.get("content-length");
  if (declared !== null && !(Number(declared) <= bytesMax)) return err("too_large");
  const reader = request.body?.getReader();
  if (!reader) return ok(new Uint8Array(0));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > bytesMax) {
      // Not waited for: of a body that was cloned, the other half decides when it is over.
      void reader.cancel();
      return err("too_large");
    }
    chunks.push(read.value);
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return ok(joined);
}

export async function textOf(
  request: Request,
  bytesMax: number,
): Promise<Result<string, BodyFault>> {
  const bytes = await bytesOf(request, bytesMax);
  if (!bytes.ok) return bytes;
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value));
  } catch {
    return err("malformed");
  }
}

/** JSON that can neither exhaust the stack nor reach a prototype. */
export async function jsonOf(
  request: Request,
  bytesMax: number,
): Promise<Result<unknown, BodyFault>> {
  const text = await textOf(request, bytesMax);
  if (!text.ok) return text;
  try {
    const value: unknown = JSON.parse(text.value);
    return isTame(value) ? ok(value) : err("malformed");
  } catch {
    return err("malformed");
  }
}
