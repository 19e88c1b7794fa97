import { Link, type Location, Navigate, useLocation, useNavigate } from "react-router";
import { useQuery } from "urql";
import { SessionDocument } from "#generated/operations";
import { useApi } from "../api/provider";
import { Splash } from "../shell/states";
import { Notice } from "../ui/notice";
import { Entry, EntryFailed } from "./layout";
import { SignInForm } from "./sign-in-form";

/** Returns the page that redirected to the sign-in page, or the home page. */
const wanted = (state: unknown): Location | string =>
  (state as { from?: Location } | null)?.from ?? "/";

/** The sign-in page. Visitors who are already signed in are redirected. */
export default function SignIn() {
  const [{ data, error }, again] = useQuery({ query: SessionDocument });
  const { renew } = useApi();
  const navigate = useNavigate();
  const { state } = useLocation();
  if (!data) return error ? <EntryFailed error={error} retry={() => again()} /> : <Splash />;
  if (data.viewer) return <Navigate to={wanted(state)} replace />;
  if (data.service?.needsSetUp) return <NotSetUp />;
  const go = () => {
    renew();
    navigate(wanted(state), { replace: true });
  };
  return (
    <Entry title="Sign in" foot={<Link to="/forgot-password">Forgot your password?</Link>}>
      <SignInForm onSignedIn={go} />
      {data.service?.sendsMail === false && <LocalMail />}
    </Entry>
  );
}

function NotSetUp() {
  return (
    <Entry title="Welcome" lead="TokenVue hasn’t been set up yet.">
      <Notice>
        <p>
          Open the <code>/setup</code> link that the server printed when it started to become the
          first Workspace Admin.
        </p>
      </Notice>
    </Entry>
  );
}

/** A notice with a link to the local mailbox, for servers without a mail server. */
export const LocalMail = () => (
  <Notice>
    <p>
      Email isn’t set up: emails are only in the <a href="/mailbox">local mailbox</a>.
    </p>
  </Notice>
);
