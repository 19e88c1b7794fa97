/** Splits a full name into first and last name. Address books may write it as "Last, First". */
export function splitName(name: string): [first: string, last: string] {
  const [, family, given] = /^([^,]+),\s*([^,]+)$/u.exec(name) ?? [];
  if (family && given) return [given.trim(), family.trim()];
  const [first = "", ...rest] = name.split(/\s+/u);
  return [first, rest.join(" ")];
}
