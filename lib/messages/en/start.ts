import common from "./common.json" with { type: "json" };
import start from "./start.json" with { type: "json" };

/** What a tablet says before somebody is at work, in this language. */
export const words = { common, floor: start };
