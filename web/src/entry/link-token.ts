import { linkIn } from "./link";

const KEY = "linkToken";

/**
 * Moves the token of a link from the address bar to the state of the tab's history entry, before
 * anything is rendered. The page can be reloaded, but the token no longer appears in the URL, where
 * servers, browser extensions or screenshots could expose it.
 */
export function takeLinkToken() {
  const link = linkIn(location);
  if (link) history.replaceState({ [KEY]: link.token }, "", link.path);
}

/** Returns the token of the link that opened this page, or `""` if there was none. */
export const linkToken = (): string => history.state?.[KEY] ?? "";

/** Discards the token after the link has been used. */
export const dropLinkToken = () =>
  history.replaceState({ ...history.state, [KEY]: undefined }, "", location.pathname);

/**
 * Reloads the page when another link is pasted into the address bar. If only the hash differs,
 * browsers do not reload on their own.
 */
export function watchLinks() {
  addEventListener("hashchange", () => {
    if (!linkIn(location)) return;
    takeLinkToken();
    location.reload();
  });
}
