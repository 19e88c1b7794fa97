/** Removes the invisible characters that web pages and mail programs add, and outer whitespace. */
export const clean = (email: string) => email.replace(/\p{Cf}/gu, "").trim();

/** Returns the key that identifies an address: lowercase and in NFC, as on the server. */
export const keyOf = (email: string) => clean(email).normalize("NFC").toLowerCase();

/** Whether a text looks like an address. This saves requests; the server validates in full. */
export const isAddress = (text: string) =>
  /^[^\s@<>()[\]:;,"|\\]+@[^\s@<>()[\]:;,"|\\]+\.[^\s@<>()[\]:;,"|\\]+$/u.test(clean(text));
