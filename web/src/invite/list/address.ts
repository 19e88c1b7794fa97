/** An address without what cannot be seen: web pages and mail programs put it there. */
export const clean = (email: string) => email.replace(/\p{Cf}/gu, "").trim();

/** Addresses are compared without regard to case and in composed form, as the server does. */
export const keyOf = (email: string) => clean(email).normalize("NFC").toLowerCase();

/** Whether this may be an address at all; the server knows better, this saves asking it. */
export const isAddress = (text: string) =>
  /^[^\s@<>()[\]:;,"|\\]+@[^\s@<>()[\]:;,"|\\]+\.[^\s@<>()[\]:;,"|\\]+$/u.test(clean(text));
