type Asked<In, Out> = {
  one: In;
  done: (made: Out) => void;
  failed: (problem: unknown) => void;
};

/**
 * Who asks while others are being answered is answered with the next of them, so that many who do the same at once
 * need few round trips, and one alone waits for nobody. `send` gives an answer for each, in their order, all or none.
 * Where `isOfOne` says that a fault may be one of them's alone, each is sent by itself and only that one fails.
 */
export function gathered<In, Out>(
  send: (all: readonly In[]) => Promise<readonly Out[]>,
  { most, isOfOne }: { most: number; isOfOne: (problem: unknown) => boolean },
): (one: In) => Promise<Out> {
  const waiting: Asked<In, Out>[] = [];
  let isUnderWay = false;
  const answer = async (all: readonly Asked<In, Out>[]): Promise<void> => {
    try {
      const made = await send(all.map(({ one }) => one));
      for (const [at, { done }] of all.entries()) done(made[at] as Out);
    } catch (problem) {
      if (all.length > 1 && isOfOne(problem)) for (const one of all) await answer([one]);
      else for (const { failed } of all) failed(problem);
    }
  };
  const go = async (): Promise<void> => {
    while (waiting.length > 0) await answer(waiting.splice(0, most));
    isUnderWay = false;
  };
  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ one, done, failed });
      if (isUnderWay) return;
      isUnderWay = true;
      // Those of the same turn of the loop go together.
      setImmediate(() => void go());
    });
}
