/** Matches letters of right-to-left scripts. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/**
 * Prepares a name for use in a plain text sentence. A right-to-left name is wrapped in isolate
 * characters (UAX #9), so that it does not change the direction of the surrounding text. In markup,
 * use `<bdi>` instead.
 */
export const isolate = (name: string) => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name);
