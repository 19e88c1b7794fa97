import { Dialog } from "../ui/dialog";

/** Over the page of a person whose session has ended, if the form to sign in cannot be loaded. */
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
