/** What is wrong with the address that the console was opened at. */
export type WrongAddress = {
  /** Where it was opened, and where the server says that it is. */
  current: string;
  publicUrl: string;
  /** Whether browsers keep no session here: the cookie needs HTTPS. */
  isInsecure: boolean;
};

/** Compares the address of the page with the server's public URL; `undefined` if all is well. */
export function wrongAddress(
  publicUrl: string,
  page: Pick<Location, "origin" | "protocol" | "hostname">,
): WrongAddress | undefined {
  if (!URL.canParse(publicUrl)) return undefined;
  const there = new URL(publicUrl);
  if (there.origin === page.origin) return undefined;
  const isLocal = isLoopback(page.hostname);
  // On the computer that the server runs on, every name of it will do.
  if (isLocal && isLoopback(there.hostname)) return undefined;
  const isInsecure = there.protocol === "https:" && page.protocol === "http:" && !isLocal;
  return { current: page.origin, publicUrl: there.origin, isInsecure };
}

const isLoopback = (host: string) =>
  host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/u.test(host);
