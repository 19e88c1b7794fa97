import { Dialog } from "../ui/dialog";

/**
 * A dialog with a link to sign in in another tab. Shown when the session has ended and the code of
 * the sign-in form fails to load.
 */
export const SignInElsewhere = () => (
  <Dialog open title="Your session has ended">
    <p data-unconcealed>
      <a href="/sign-in" target="_blank" rel="noreferrer">
        Sign in in another tab
      </a>
      , then come back here. Nothing you typed on this page is lost.
    </p>
  </Dialog>
);
