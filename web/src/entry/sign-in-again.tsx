import type { SessionQuery } from "#generated/operations";
import { useApi } from "../api/provider";
import { Dialog } from "../ui/dialog";
import { SignInForm } from "./sign-in-form";

type User = NonNullable<SessionQuery["viewer"]>["user"];

/** Over the page of somebody whose session has ended: the page stays, with what was typed. */
export default function SignInAgain({ user }: { user: User }) {
  const { renew } = useApi();
  return (
    <Dialog open onClose={() => location.assign("/sign-in")} title="Your session has ended">
      <p className="muted">
        Sign in again to go on where you were. Nothing you typed on this page is lost.
      </p>
      <SignInForm
        email={user.email}
        onSignedIn={(id) => (id === user.id ? renew() : location.assign("/"))}
      />
    </Dialog>
  );
}
