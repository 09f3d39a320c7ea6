import * as z from "zod/mini";
import { type PublisherConfig, publisherConfigs } from "./publishers/schema.ts";
import { type RestConnectorConfig, restConnectorConfig } from "./rest/schema.ts";

/** Everything that a connector can be: told apart by its kind. */
export const connectorConfig = z.discriminatedUnion("kind", [
  restConnectorConfig,
  ...publisherConfigs,
]);
export type ConnectorConfig = z.output<typeof connectorConfig>;

/** Keeps records that are made, looked up, read back, added to; everything else hears events. */
export const keepsRecords = (config: ConnectorConfig): config is RestConnectorConfig =>
  config.kind === "rest";
export const hearsEvents = (config: ConnectorConfig): config is PublisherConfig =>
  config.kind !== "rest";
