import { carbonConfig } from "#lib/feed/connectors/carbon/rules";
import { erpNextAsks, erpNextConfig } from "#lib/feed/connectors/erpnext/rules";
import { jiraAsks, jiraConfig } from "#lib/feed/connectors/jira/rules";
import { odooAsks, odooConfig } from "#lib/feed/connectors/odoo/rules";
import type { Preset, RestConnectorConfig } from "#lib/feed/connectors/rest/schema";
import { sapDefectAsks, sapDefectConfig } from "#lib/feed/connectors/sap-defect/rules";
import { serviceNowAsks, serviceNowConfig } from "#lib/feed/connectors/servicenow/rules";
import { veevaAsks, veevaConfig } from "#lib/feed/connectors/veeva/rules";
import type { OtherCode } from "#lib/feed/testing/plant";
import { carbonSecret, startCarbon } from "./carbon.ts";
import { erpNextSecret, startErpNext } from "./erpnext.ts";
import { jiraSecret, startJira } from "./jira.ts";
import { odooSecret, startOdoo } from "./odoo.ts";
import { sapSecret, startSap } from "./sap.ts";
import { serviceNowSecret, startServiceNow } from "./servicenow.ts";
import type { Simulator } from "./simulator.ts";
import { startVeeva, veevaSecret } from "./veeva.ts";

/** What the contract is asked of: a ready configuration, its simulator, and how it calls things. */
export type Target = {
  preset: Preset;
  start(): Promise<Simulator>;
  config(url: string): RestConnectorConfig;
  secret: string;
  /** What its crosswalks call our codes. */
  codes: readonly OtherCode[];
  /** Can our key be found there? */
  hasKey: boolean;
  hasSession: boolean;
  waitsSeconds: number;
  /** After which its search finds what was made. */
  lagMs?: number;
  title: string;
  altered: string;
  alteredIs?: string;
  refused: string;
  refusal: string;
  decided: [Record<string, unknown>, string];
  closed: [Record<string, unknown>, string];
  voided?: Record<string, unknown>;
  /** Where its decisions come back by the ready configuration: as it says one, and as it is told here. */
  disposed?: { there: Record<string, unknown>; unmapped: Record<string, unknown>; here: object };
};

export const targets: Target[] = [
  {
    preset: "odoo",
    start: startOdoo,
    config: (url) => ({ ...odooConfig(odooAsks), baseUrl: url }),
    secret: odooSecret,
    codes: [],
    hasKey: true,
    hasSession: false,
    waitsSeconds: 45,
    title: "name",
    altered: "name",
    refused: "origin_ids/.id",
    refusal: "Missing required value for the field 'origin_ids/.id'",
    decided: [{ state: "pending" }, "contained"],
    closed: [{ state: "done" }, "closed"],
    voided: { state: "cancel" },
  },
  {
    preset: "servicenow",
    start: startServiceNow,
    config: (url) => ({ ...serviceNowConfig(serviceNowAsks), baseUrl: url }),
    secret: serviceNowSecret,
    codes: [["disposition", "Repair per MRB", "repair"]],
    hasKey: true,
    hasSession: false,
    waitsSeconds: 45,
    title: "short_description",
    altered: "u_actual",
    refused: "u_defect_code",
    refusal: "u_defect_code: mandatory field not set",
    decided: [{ state: "3" }, "contained"],
    closed: [{ state: "7" }, "closed"],
    voided: { state: "8" },
    disposed: {
      there: {
        state: "6",
        u_disposition: "Repair per MRB",
        u_disposition_quantity: "1",
        u_design_authority: "DA-118",
      },
      unmapped: { u_disposition: "Ask the customer" },
      here: { decision: "repair", quantity: "1", designAuthority: "DA-118", concession: null },
    },
  },
  {
    preset: "sap-defect",
    start: startSap,
    config: (url) => ({ ...sapDefectConfig(sapDefectAsks), baseUrl: url }),
    secret: sapSecret,
    codes: [
      ["defect_code", "TRQ-01", "QM-TORQ/0012"],
      ["part", "4471-2210-1", "FG-4471-2210"],
      ["order", "WO-700118", "000001700118"],
    ],
    hasKey: false,
    hasSession: true,
    waitsSeconds: 45,
    title: "DefectText",
    altered: "DefectiveQuantity",
    refused: "DefectCode",
    refusal: "DefectCode 0012 does not exist",
    decided: [{}, "open"],
    closed: [{ IsDeleted: true }, "void"],
    voided: { IsDeleted: true },
  },
  {
    preset: "erpnext",
    start: startErpNext,
    config: (url) => ({ ...erpNextConfig(erpNextAsks), baseUrl: url }),
    secret: erpNextSecret,
    codes: [],
    hasKey: true,
    hasSession: false,
    waitsSeconds: 45,
    title: "subject",
    altered: "custom_actual",
    refused: "custom_defect_code",
    refusal: "[Non Conformance, new]: custom_defect_code",
    decided: [{ details: "looked at" }, "open"],
    closed: [{ status: "Resolved" }, "closed"],
    voided: { status: "Cancelled" },
  },
  {
    preset: "jira",
    start: startJira,
    config: (url) => ({ ...jiraConfig(jiraAsks), baseUrl: url }),
    secret: jiraSecret,
    lagMs: 500,
    codes: [],
    hasKey: true,
    hasSession: false,
    waitsSeconds: 45,
    title: "summary",
    altered: "customfield_10051",
    refused: "customfield_10052",
    refusal: "customfield_10052: Field cannot be set",
    decided: [{ state: "progress" }, "open"],
    closed: [{ state: "done" }, "closed"],
    voided: { state: "done", resolution: "Won't Do" },
  },
  {
    preset: "veeva",
    start: startVeeva,
    config: (url) => ({ ...veevaConfig(veevaAsks), baseUrl: url }),
    secret: veevaSecret,
    codes: [],
    hasKey: true,
    hasSession: true,
    waitsSeconds: 60,
    title: "name__v",
    altered: "quantity__c",
    refused: "defect_code__c",
    refusal: "INVALID_DATA: The field [defect_code__c] is not valid",
    decided: [{ state__v: "in_progress_state__c" }, "open"],
    closed: [{ state__v: "closed_state__c" }, "closed"],
    voided: { state__v: "cancelled_state__c" },
  },
  {
    preset: "carbon",
    start: startCarbon,
    config: (url) => ({
      ...carbonConfig({
        publicKey: "anon-47",
        type: "type-47",
        location: "loc-47",
        user: "user-47",
      }),
      baseUrl: url,
    }),
    secret: carbonSecret,
    codes: [
      ["part", "4471-2210-1", "item-2210"],
      ["operation", "060", "jo-060"],
    ],
    hasKey: true,
    hasSession: false,
    waitsSeconds: 45,
    title: "name",
    altered: "quantity",
    refused: "locationId",
    refusal: 'null value in column "locationId"',
    decided: [{ status: "Open" }, "contained"],
    closed: [{ status: "Completed" }, "closed"],
  },
];
