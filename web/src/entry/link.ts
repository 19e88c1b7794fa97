/** Pages that links in mails and logs lead to, each with a token behind `#`. */
const PAGES = ["/accept-invitation", "/reset-password", "/setup"];
const LINK = new RegExp(`^(${PAGES.join("|")})/*(?:(?:[?][^#]*)?#[^#]*?)?token=([\\w-]+)`, "u");
/** How many times mail gateways may have encoded a link. */
const ROUNDS = 4;

/** Where a link leads, and its token. */
export type Link = { path: string; token: string };

/**
 * The page and token of a link, also if a mail gateway has encoded `#` (as `%23`, or `%2523` the second
 * time) or taken it out, which makes the token a part of the path; `undefined` if there is none.
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
