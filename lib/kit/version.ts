/** Of the program, as package.json says; a test compares. */
export const version = "0.1.0";
