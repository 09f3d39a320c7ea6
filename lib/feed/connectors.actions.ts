"use server";
import { action } from "#lib/boundary/action";
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
export const checkSchema = action("feed.manage", checkSchemaForm, schema.checkSchema);
