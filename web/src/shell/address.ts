/** A mismatch between the address of the page and the server's public URL. */
export type WrongAddress = {
  /** The origin of the page, and the origin of the public URL. */
  current: string;
  publicUrl: string;
  /** Whether users cannot stay signed in here, because the session cookie requires HTTPS. */
  isInsecure: boolean;
};

/**
 * Compares the address of the page with the server's public URL. Returns `undefined` if they match,
 * or if the public URL is not a valid URL.
 */
export function wrongAddress(
  publicUrl: string,
  page: Pick<Location, "origin" | "protocol" | "hostname">,
): WrongAddress | undefined {
  if (!URL.canParse(publicUrl)) return undefined;
  const there = new URL(publicUrl);
  if (there.origin === page.origin) return undefined;
  const isLocal = isLoopback(page.hostname);
  // On the computer that the server runs on, all loopback addresses are equivalent.
  if (isLocal && isLoopback(there.hostname)) return undefined;
  const isInsecure = there.protocol === "https:" && page.protocol === "http:" && !isLocal;
  return { current: page.origin, publicUrl: there.origin, isInsecure };
}

const isLoopback = (host: string) =>
  host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/u.test(host);
