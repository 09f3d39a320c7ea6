/** Where a browser keeps which paper was chosen: light or dark; else it follows the system. */
export const THEME_KEY = "buyoff-theme";
