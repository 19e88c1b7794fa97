import type { SessionQuery } from "#generated/operations";
import { useApi } from "../api/provider";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { SignInForm } from "./sign-in-form";

type User = NonNullable<SessionQuery["viewer"]>["user"];

/**
 * A dialog to sign in again when the session has ended. The page below it keeps its state and
 * input, but is hidden, because someone else may be using the device by now.
 */
export default function SignInAgain({ user }: { user: User }) {
  const { renew } = useApi();
  return (
    <Dialog open title="Your session has ended" initialFocus="[autocomplete=current-password]">
      <p className="muted" data-unconcealed>
        Sign in again to continue. Nothing you typed on this page is lost.
      </p>
      <SignInForm
        email={user.email}
        onSignedIn={(id) => (id === user.id ? renew() : location.assign("/"))}
      />
      <Button look="link" onClick={() => location.assign("/sign-in")}>
        Leave this page and sign in with another account
      </Button>
    </Dialog>
  );
}
