"use server";
import { action } from "#lib/boundary/action";
import * as document from "./api-document.commands.ts";
import {
  approveApiDocumentForm,
  checkApiDocumentForm,
  readApiDocumentForm,
} from "./api-document.schema.ts";
import * as reading from "./api-document-read.commands.ts";
import * as schema from "./connector-schema.commands.ts";
import { checkSchemaForm } from "./connector-schema.schema.ts";
import * as setUp from "./connector-setup.commands.ts";
import {
  addConnectorForm,
  changeConnectorForm,
  pauseConnectorForm,
  testConnectorForm,
} from "./connector-setup.schema.ts";
import * as test from "./connector-test.commands.ts";

export const addConnector = action("feed.manage", addConnectorForm, setUp.addConnector);
export const changeConnector = action("feed.manage", changeConnectorForm, setUp.changeConnector);
export const pauseConnector = action("feed.manage", pauseConnectorForm, setUp.pauseConnector);
export const resumeConnector = action("feed.manage", pauseConnectorForm, setUp.resumeConnector);
export const testConnector = action("feed.manage", testConnectorForm, test.testConnector);
export const readApiDocument = action("feed.manage", readApiDocumentForm, reading.readApiDocument);
export const checkApiDocument = action(
  "feed.manage",
  checkApiDocumentForm,
  document.checkApiDocument,
);
export const approveApiDocument = action(
  "feed.manage",
  approveApiDocumentForm,
  document.approveApiDocument,
);
export const checkSchema = action("feed.manage", checkSchemaForm, schema.checkSchema);
