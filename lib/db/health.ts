import "server-only";
import { db } from "./client.ts";

export const isDatabaseReachable = (): Promise<boolean> =>
  db.$queryRaw`select 1`.then(
    () => true,
    () => false,
  );
