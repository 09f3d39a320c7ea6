type File = { name: string; sha256: string; mediaType: string; bytes: Uint8Array };

/** What a quoted name may not have in it, as browsers write it. */
const quoted = (text: string): string =>
  `"${text.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}"`;

/** A form with one file in it, where a field says "$file". Its boundary is of the file: the same file, the same bytes. */
export function multipart(fields: Readonly<Record<string, string>>, file: File) {
  const boundary = `buyoff-${file.sha256}`;
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const [name, text] of Object.entries(fields)) {
    const isFile = text === "$file";
    const about = isFile
      ? `; filename=${quoted(fileNameOf(file))}\r\ncontent-type: ${file.mediaType}`
      : "";
    parts.push(
      encoder.encode(
        `--${boundary}\r\ncontent-disposition: form-data; name=${quoted(name)}${about}\r\n\r\n`,
      ),
      isFile ? file.bytes : encoder.encode(text),
      encoder.encode("\r\n"),
    );
  }
  parts.push(encoder.encode(`--${boundary}--\r\n`));
  return { type: `multipart/form-data; boundary=${boundary}`, bytes: joined(parts) };
}

/** By which it is found again: a name alone is given to many photos. */
const fileNameOf = ({ sha256, name }: Pick<File, "sha256" | "name">): string =>
  `${sha256.slice(0, 20)}-${name}`;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
