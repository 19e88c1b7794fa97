/** Class names put together; what is false is left out. */
export const cx = (...names: (string | false | undefined)[]) => names.filter(Boolean).join(" ");
