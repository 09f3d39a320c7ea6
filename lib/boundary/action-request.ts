import { isTame } from "./json.ts";
import type { Fault } from "./malformed.ts";
import { isSameOrigin } from "./same-origin.ts";

/** A form with a file; documents and photos go to handlers of their own. */
const formBytesMax = 256 * 1024;
/** A list or another system's document of 900,000 letters, written as JSON; next.config.js says the same to the framework. */
const textBytesMax = 2 * 1024 * 1024;

/** As React writes what JSON has no word for, and a text that begins with its sign. */
const knownMark = /^\$(\$|undefined$|NaN$|-?Infinity$|-0$|D[\d:.TZ-]+$|n-?\d+$)/;
const formMark = /^\$K[0-9a-f]+$/;

type Asked = Pick<Request, "method" | "headers" | "clone">;

/**
 * What a page is asked is read, or is an act of one of our own forms. Why this is neither, or null:
 * the framework answers what it can't read as if the server were broken.
 */
export async function faultOfPageRequest(
  request: Asked,
  ownOrigin: string | undefined,
): Promise<Fault | null> {
  const { method, headers } = request;
  if (method === "GET" || method === "HEAD") return null;
  if (method !== "POST" || !headers.has("next-action")) {
    const says = "This page takes no such request. Go back, wait until it is shown, and try again.";
    return { status: 405, says, allow: "GET, HEAD" };
  }
  if (!isSameOrigin(headers, ownOrigin)) {
    return { status: 403, says: "Only pages of this server may ask for this." };
  }
  const isForm = /^multipart\/form-data;/i.test(headers.get("content-type") ?? "");
  const body = await bodyOf(request, isForm ? formBytesMax : textBytesMax);
  if (body === null) return { status: 413, says: "This is more than can be taken." };
  const isRead = isForm ? await isArgumentForm(request, body) : isArgumentList(textOf(body), false);
  return isRead ? null : { status: 400, says: "This can't be read." };
}

/** Null where there is more than that; nothing beyond it is kept. */
async function bodyOf(request: Asked, bytesMax: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return null;
  const reader = request.clone().body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > bytesMax) return null;
    chunks.push(read.value);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

/** The list of an action's arguments, with no reference to anything that isn't beside it. */
function isArgumentList(text: string | null, isBesideForm: boolean): boolean {
  try {
    const list: unknown = JSON.parse(text ?? "");
    return Array.isArray(list) && isTame(list) && hasKnownMarks(list, isBesideForm);
  } catch {
    return false;
  }
}

function hasKnownMarks(value: unknown, isBesideForm: boolean): boolean {
  if (typeof value === "string") {
    return (
      !value.startsWith("$") || knownMark.test(value) || (isBesideForm && formMark.test(value))
    );
  }
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every((inner) => hasKnownMarks(inner, isBesideForm));
}

async function isArgumentForm({ headers }: Asked, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const type = headers.get("content-type") ?? "";
  try {
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    const list = form.get("0");
    const isNamed = [...form.keys()].every((name) => name === "0" || /^[0-9a-f]+_/.test(name));
    return isNamed && typeof list === "string" && isArgumentList(list, true);
  } catch {
    return false;
  }
}
