/** The pages of links in emails and the server's output. Their token is in the hash. */
const PAGES = ["/accept-invitation", "/reset-password", "/setup"];
const LINK = new RegExp(`^(${PAGES.join("|")})/*(?:(?:[?][^#]*)?#[^#]*?)?token=([\\w-]+)`, "u");
/** The number of attempts to parse a link, each after one more round of percent-decoding. */
const ROUNDS = 4;

/** The path and the token of a link. */
export type Link = { path: string; token: string };

/**
 * Returns the path and token of a link, or `undefined` if the URL is not such a link. Also handles
 * links in which mail gateways have percent-encoded `#` (as `%23`, or as `%2523` the second time)
 * or removed it, so that the token is part of the path.
 */
export function linkIn({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">) {
  let text = pathname + search + hash;
  for (let round = 0; round < ROUNDS; round += 1) {
    const link = parse(text);
    if (link) return link;
    text = decoded(text);
  }
  return undefined;
}

function parse(text: string): Link | undefined {
  const [, path = "", token = ""] = LINK.exec(text) ?? [];
  return token ? { path, token } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
