/** Joins class names, ignoring falsy ones. */
export const cx = (...names: (string | false | undefined)[]) => names.filter(Boolean).join(" ");
