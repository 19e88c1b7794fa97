import { useEffect, useLayoutEffect } from "react";
import { useClient } from "urql";
import { SessionDocument } from "#generated/operations";

/**
 * The reason why the page is hidden, except for elements with `data-unconcealed`. It is set as a
 * data attribute of the root element, which `styles.css` selects.
 */
type Reason = "ended" | "away";

/** Hides the page while `on` is true. It stays mounted, so that the user's input is kept. */
export function useConcealed(reason: Reason, on: boolean) {
  useLayoutEffect(() => {
    if (!on) return;
    conceal(reason, true);
    return () => conceal(reason, false);
  }, [reason, on]);
}

function conceal(reason: Reason, on: boolean) {
  const { dataset } = document.documentElement;
  if (on) dataset[reason] = "";
  else delete dataset[reason];
}

/**
 * Protects pages in the back/forward cache, which browsers restore as they were. Hides the page
 * when the user leaves it, and shows a restored page only if the same user is still signed in.
 */
export function useRestored(userId: string | undefined) {
  const client = useClient();
  useEffect(() => {
    const leave = () => conceal("away", true);
    const restore = async ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return conceal("away", false);
      const fresh = { requestPolicy: "network-only" } as const;
      const { data } = await client.query(SessionDocument, {}, fresh).toPromise();
      if (userId !== undefined && data?.viewer?.user.id === userId) conceal("away", false);
      else location.reload();
    };
    addEventListener("pagehide", leave);
    addEventListener("pageshow", restore);
    return () => {
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", restore);
    };
  }, [client, userId]);
}
