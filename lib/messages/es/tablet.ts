import common from "./common.json" with { type: "json" };
import floor from "./floor.json" with { type: "json" };
import start from "./start.json" with { type: "json" };

/** What every screen of a tablet says, in this language. */
export const words = { common, floor: { ...start, ...floor } };
