/** Deterministic dice from one number, so that a failing sequence is found again. */
export function diceFrom(seed: number) {
  // Stirred first, so that neighbouring seeds throw differently.
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return (sides: number): number => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return sides === 0 ? 0 : (value >>> 8) % sides;
  };
}
