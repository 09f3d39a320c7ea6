import type { Stage } from "./stage.ts";

/** One kind of trouble, brought about. What has to hold afterwards is counted after each. */
export type Fault = {
  name: string;
  title: string;
  /** Gives what it has measured, in words. */
  bring(stage: Stage): Promise<string>;
};
