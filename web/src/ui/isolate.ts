/** Letters of the scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/**
 * A name for use in a sentence that is plain text. One that is written from right to left is set
 * apart (UAX #9, isolates), so that it does not turn the rest around; elements have `<bdi>` for it.
 */
export const isolate = (name: string) => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name);
