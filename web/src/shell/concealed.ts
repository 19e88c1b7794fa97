import { useEffect, useLayoutEffect } from "react";
import { useClient } from "urql";
import { SessionDocument } from "#generated/operations";

/** Why everything is invisible but what is marked with `data-unconcealed`; `styles.css` does it. */
type Reason = "ended" | "away";

/** Makes the page invisible while `on`; what was typed stays. */
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
 * Browsers keep pages that were left, and show them as they were with the back button. They are left
 * concealed, and shown again only if the same person is still signed in.
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
