const depthMax = 32;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** Parsed JSON that can neither exhaust the stack nor reach a prototype. */
export function isTame(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= depthMax) return false;
  if (Array.isArray(value)) return value.every((element) => isTame(element, depth + 1));
  return Object.entries(value).every(
    ([key, inner]) => !forbiddenKeys.has(key) && isTame(inner, depth + 1),
  );
}
