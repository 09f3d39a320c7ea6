import { uuidv7 } from "#lib/kit/ids";
import { expect, test } from "./fixtures.ts";
import { run } from "./support/run.ts";
import { ask, aTablet, demoKit } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

const metricsOf = async (variable: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${run.environment[variable]}/metrics`)).text();

const figure = (text: string, line: string): number =>
  Number(
    text
      .split("\n")
      .find((of) => of.startsWith(`${line} `))
      ?.slice(line.length + 1) ?? 0,
  );

const refused =
  'buyoff_commands_total{type="completeTraveler",verdict="recorded_not_applied",refusal="traveler_incomplete"}';

test("Prometheus hears of commands, answers and the feed on ports of their own, and of nobody by name", async () => {
  const before = figure(await metricsOf("BUYOFF_METRICS_PORT"), refused);
  const unit = await aUnit();
  const tablet = await aTablet(run.origin);
  const person = (await demoKit(run.origin)).badges.find(({ name }) => name === "Marisol Reyes");
  if (!person) throw new Error("the demo has no Marisol Reyes");
  const signedIn = await tablet.signIn(person);
  const packet = await tablet.packet(unit.traveler);
  const envelope = tablet.envelope(signedIn, packet, "completeTraveler", {}, { id: uuidv7() });
  const [verdict] = await tablet.send([envelope]);
  expect(verdict).toMatchObject({ refusal: { code: "traveler_incomplete" } });

  const web = await metricsOf("BUYOFF_METRICS_PORT");
  expect(figure(web, refused)).toBeGreaterThan(before);
  expect(
    figure(
      web,
      'buyoff_http_request_seconds_count{method="POST",way="/api/commands",status="2xx"}',
    ),
  ).toBeGreaterThan(0);
  expect(web).toContain("process_resident_memory_bytes");

  const worker = await metricsOf("BUYOFF_WORKER_METRICS_PORT");
  expect(worker).toMatch(/^buyoff_routing_queue_entries \d+$/m);
  expect(worker).toMatch(/^buyoff_deliveries\{state="\w+"\} \d+$/m);
  for (const text of [web, worker]) {
    expect(text).not.toContain("Reyes");
    expect(text).not.toContain(unit.unit);
    expect(text).not.toContain(unit.traveler);
  }

  // Tablets and browsers reach the plant's own address, and there it is not.
  expect((await ask(run.origin, "/metrics")).status).toBe(404);
  expect((await ask(run.origin, "/api/metrics")).status).toBe(404);
});
