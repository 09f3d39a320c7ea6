export type SavedAs = "utf-8" | "utf-16" | "windows-1252";

/**
 * The words of a file as whoever saved it meant them. UTF-16 says so with its first two bytes; what is UTF-8 is hardly
 * ever anything else by chance; the rest is what spreadsheets write where nothing is chosen, and people look at it.
 */
export function textOfFile(bytes: Uint8Array): { text: string; savedAs: SavedAs } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe)
    return { text: new TextDecoder("utf-16le").decode(bytes), savedAs: "utf-16" };
  if (first === 0xfe && second === 0xff)
    return { text: new TextDecoder("utf-16be").decode(bytes), savedAs: "utf-16" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, savedAs: "utf-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), savedAs: "windows-1252" };
  }
}

/** The words of an answer: as its `content-type` says, and where it says nothing as a file's. */
export function textOfAnswer(bytes: Uint8Array, contentType: string | undefined): string {
  const said = /;\s*charset="?([\w.:-]{1,40})/i.exec(contentType ?? "")?.[1];
  if (said === undefined || /^utf-?8$/i.test(said)) return textOfFile(bytes).text;
  try {
    return new TextDecoder(said).decode(bytes);
  } catch {
    // A name that nobody knows says nothing.
    return textOfFile(bytes).text;
  }
}
