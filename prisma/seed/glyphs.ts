/**
 * Figures as a marking pen or a dot-peen head writes them: strokes on a grid of 4 × 6. A font of the system
 * would draw a photo otherwise on each machine, and its hash stands in the record.
 */
const strokes: Readonly<Record<string, string>> = {
  "0": "M1 0H3L4 1V5L3 6H1L0 5V1Z",
  "1": "M1 1L2 0V6M1 6H3",
  "2": "M0 1L1 0H3L4 1V2L0 6H4",
  "3": "M0 0H4L2 2.5L4 4V5L3 6H1L0 5",
  "4": "M3 6V0L0 4H4",
  "5": "M4 0H0V3H3L4 4V5L3 6H0",
  "6": "M4 0H2L0 3V5L1 6H3L4 5V4L3 3H0",
  "7": "M0 0H4L1 6",
  "8": "M1 0H3L4 1V2L3 3H1L0 2V1ZM1 3H3L4 4V5L3 6H1L0 5V4Z",
  "9": "M4 3H1L0 2V1L1 0H3L4 1V3L2 6",
  B: "M0 0H3L4 1V2L3 3H0M3 3L4 4V5L3 6H0V0",
  C: "M4 1L3 0H1L0 1V5L1 6H3L4 5",
  E: "M4 0H0V6H4M0 3H3",
  F: "M0 6V0H4M0 3H3",
  H: "M0 0V6M4 0V6M0 3H4",
  L: "M0 0V6H4",
  N: "M0 6V0L4 6V0",
  P: "M0 6V0H3L4 1V2L3 3H0",
  R: "M0 6V0H3L4 1V2L3 3H0M2 3L4 6",
  S: "M4 1L3 0H1L0 1V2L1 3H3L4 4V5L3 6H1L0 5",
  T: "M0 0H4M2 0V6",
  V: "M0 0L2 6L4 0",
  "-": "M1 3H3",
  ".": "M2 5.6V6",
};

/** The text as one path, `size` tall, from its upper left corner. */
export function written(text: string, at: { x: number; y: number; size: number }): string {
  const scale = at.size / 6;
  return [...text]
    .map((letter, index) => {
      const path = strokes[letter];
      if (!path) return "";
      const x = at.x + index * 5.6 * scale;
      return `<path d="${path}" transform="translate(${x.toFixed(1)} ${at.y}) scale(${scale.toFixed(3)})" vector-effect="non-scaling-stroke"/>`;
    })
    .join("");
}
