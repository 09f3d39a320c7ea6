/** A part of the page that is fetched apart from it. Asked for more than once, it is fetched once. */
export type Part<T> = {
  /** Null: not here yet. */
  here: () => T | null;
  /** Tries until it is here: nothing that a person asked for fails because the network was away just then. */
  bring: () => Promise<T>;
};

const PAUSE_MS = 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

export function later<T>(fetchPart: () => Promise<T>): Part<T> {
  let part: T | null = null;
  let coming: Promise<T> | null = null;
  const untilHere = async (): Promise<T> => {
    for (;;) {
      try {
        part = await fetchPart();
        return part;
      } catch {
        await pause();
      }
    }
  };
  return {
    here: () => part,
    bring: () => {
      coming ??= untilHere();
      return coming;
    },
  };
}
