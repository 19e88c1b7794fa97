import { useState } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { ResetLinkDocument, ResetPasswordDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { usePrevious } from "../api/use-previous";
import { Button, ButtonLink } from "../ui/button";
import { Buttons, EmailField, Form, PasswordField } from "../ui/field";
import { Notice } from "../ui/notice";
import { Entry, EntryFailed, EntryLoading } from "./layout";
import { dropLinkToken, linkToken } from "./link-token";
import { passwordHint } from "./password-hint";

/** The page of a reset link, where the user chooses a new password. */
export default function ResetPassword() {
  const [token] = useState(linkToken);
  const [{ data: latest, error }, again] = useQuery({
    query: ResetLinkDocument,
    variables: { token },
  });
  // If a refetch fails, the form and the user's input stay.
  const data = usePrevious(latest);
  const { send, busy, problem } = useForm(ResetPasswordDocument, ["newPassword"]);
  const [done, setDone] = useState(false);
  const preview = data?.passwordResetPreview;
  if (done) {
    return (
      <Entry title="Password changed">
        <Notice tone="good">
          <p>You’ve been signed out everywhere. We’ve sent you an email to confirm the change.</p>
        </Notice>
        <ButtonLink to="/sign-in" look="primary" wide>
          Sign in
        </ButtonLink>
      </Entry>
    );
  }
  if (!preview) {
    if (error) return <EntryFailed error={error} retry={() => again()} />;
    return <EntryLoading title="Choose a new password" />;
  }
  if (preview.state !== "VALID") {
    return (
      <Entry title="This link cannot be used" foot={<Link to="/sign-in">Back to sign in</Link>}>
        <Notice tone="warn">
          <p>{preview.message}</p>
        </Notice>
        <ButtonLink to="/forgot-password" look="primary" wide>
          Request a new link
        </ButtonLink>
      </Entry>
    );
  }
  const reset = async ({ newPassword = "" }) => {
    if (!(await send({ input: { token, newPassword } }))) {
      // The link may have become invalid since it was opened.
      again({ requestPolicy: "network-only" });
      return;
    }
    dropLinkToken();
    setDone(true);
  };
  return (
    <Entry title="Choose a new password" lead="You’ll be signed out everywhere else.">
      <Form problem={problem} onSend={reset}>
        <EmailField
          name="email"
          label="Email"
          autoComplete="username"
          value={preview.email ?? ""}
          readOnly
        />
        <PasswordField
          name="newPassword"
          label="New password"
          autoComplete="new-password"
          hint={passwordHint(data?.service?.passwordMinLength)}
        />
        <Buttons>
          <Button type="submit" look="primary" wide busy={busy}>
            Change password
          </Button>
        </Buttons>
      </Form>
    </Entry>
  );
}
