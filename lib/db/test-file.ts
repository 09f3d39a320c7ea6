import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { cloneDatabase } from "./test-database.ts";

const server = inject("testServer");
const database = await cloneDatabase(server);

// Before the test file loads anything that parses the environment.
Object.assign(process.env, {
  DATABASE_URL: database.appUrl,
  DATABASE_WORKER_URL: database.workerUrl,
  DATABASE_VERIFY_URL: database.verifyUrl,
  BUYOFF_TEST_OWNER_URL: database.ownerUrl,
  BUYOFF_TEST_ADMIN_URL: database.adminUrl,
  BUYOFF_BLOBS: path.join(tmpdir(), new URL(database.appUrl).pathname.slice(1)),
});
