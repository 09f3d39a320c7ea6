export type Part = { stop(): Promise<void> };

/** Everything that was started, to be stopped in the opposite order. What starts after the stop is stopped at once. */
export type Parts = {
  keep<P extends Part>(part: P): P;
  stop(): Promise<void>;
};

export function newParts(): Parts {
  const kept: Part[] = [];
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    for (let part = kept.pop(); part; part = kept.pop()) await part.stop();
  };
  return {
    keep(part) {
      kept.push(part);
      if (isStopping) void stop();
      return part;
    },
    stop,
  };
}
