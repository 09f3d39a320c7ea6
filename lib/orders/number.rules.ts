/**
 * One number for one order, however a system writes it: an ERP pads with zeros (000000004711), another
 * doesn't; a split is -01 here and /1 there. What isn't made of digits stays as it is, in capitals.
 */
export function canonicalNumber(raw: string): string {
  const text = raw.trim().normalize("NFC").toUpperCase();
  const parts = /^0*(\d+?)(?:[-/.](?:0*(\d+)|([A-Z]\w{0,9})))?$/.exec(text);
  if (!parts) return text;
  const [, base = "", count, letters] = parts;
  const suffix = count ?? letters;
  return suffix === undefined ? base : `${base}-${suffix}`;
}
