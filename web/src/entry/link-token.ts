import { linkIn } from "./link";

const KEY = "linkToken";

/**
 * Takes the token of a mail's link out of the address bar, before anything is shown. It stays with
 * this tab's history entry alone, so that a reload does not cut the link, and no server, extension
 * list or screenshot of the address sees it.
 */
export function takeLinkToken() {
  const link = linkIn(location);
  if (link) history.replaceState({ [KEY]: link.token }, "", link.path);
}

/** The token of the link that this page was opened with; empty where there was none. */
export const linkToken = (): string => history.state?.[KEY] ?? "";

/** Forgets the token, once the link has done its work. */
export const dropLinkToken = () =>
  history.replaceState({ ...history.state, [KEY]: undefined }, "", location.pathname);

/** Another link pasted into the address bar of the same tab is another page. */
export function watchLinks() {
  addEventListener("hashchange", () => {
    if (!linkIn(location)) return;
    takeLinkToken();
    location.reload();
  });
}
