import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from "prom-client";

// Not marked server-only, because the server before Next loads it in plain Node; in a browser's bundle the
// package itself can't be resolved. One registry per process: the web's bundle and the server before it load the same package.
const isNew = register.getSingleMetric("buyoff_commands_total") === undefined;
if (isNew) collectDefaultMetrics();

function kept<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

/** Commands by what became of them; `refusal` is empty where none was given. Nobody is named. */
export const commandsTotal = kept(
  "buyoff_commands_total",
  () =>
    new Counter({
      name: "buyoff_commands_total",
      help: "Commands decided, by type, verdict and refusal",
      labelNames: ["type", "verdict", "refusal"] as const,
    }),
);

export const requestSeconds = kept(
  "buyoff_http_request_seconds",
  () =>
    new Histogram({
      name: "buyoff_http_request_seconds",
      help: "Time to the end of an answer, by method, way in and class of status",
      labelNames: ["method", "way", "status"] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
);

export const feedFailures = kept(
  "buyoff_feed_failures_total",
  () =>
    new Counter({
      name: "buyoff_feed_failures_total",
      help: "Turns of the feed's loops that met a problem, by loop",
      labelNames: ["loop"] as const,
    }),
);

/** A rule that could not decide on an event: somebody has to look. */
export const feedRuleErrors = kept(
  "buyoff_feed_rule_errors_total",
  () =>
    new Counter({
      name: "buyoff_feed_rule_errors_total",
      help: "Events that a routing rule could not decide on, by rule",
      labelNames: ["rule"] as const,
    }),
);

/** Read from the database when somebody asks; `read` sets the values. */
export function askedGauge<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  read: (set: (labels: Partial<Record<L, string>>, value: number) => void) => Promise<void>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    async collect() {
      this.reset();
      await read((labels, value) => this.set(labels as Partial<Record<L, string | number>>, value));
    },
  });
}

/** All of them as Prometheus reads them. */
export const metricsText = async (): Promise<{ type: string; text: string }> => ({
  type: register.contentType,
  text: await register.metrics(),
});
