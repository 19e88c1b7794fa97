import type { Problem } from "../api/problem";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form, PasswordField, TextField } from "../ui/field";
import { Notice } from "../ui/notice";
import type { Accept, Invitation } from "./accept-invitation";
import { passwordHint } from "./password-hint";
import { SignInForm } from "./sign-in-form";

type Props = {
  invitation: Invitation;
  form: { busy: boolean; problem: Problem | undefined };
  accept: Accept;
};

/** A form to accept an invitation by creating an account. */
export function AcceptSigningUp({
  invitation,
  form: { busy, problem },
  accept,
  minLength,
}: Props & { minLength: number | undefined }) {
  const send = ({ firstName = "", lastName = "", password = "" }) =>
    accept({ firstName, lastName, password });
  return (
    <Form problem={problem} onSend={send}>
      <EmailField
        name="email"
        label="Email"
        autoComplete="username"
        value={invitation.email ?? ""}
        readOnly
      />
      <TextField
        name="firstName"
        label="First name"
        autoComplete="given-name"
        defaultValue={invitation.firstName ?? ""}
        required
      />
      <TextField
        name="lastName"
        label="Last name"
        autoComplete="family-name"
        defaultValue={invitation.lastName ?? ""}
        optional
      />
      <PasswordField
        name="password"
        label="Choose a password"
        autoComplete="new-password"
        hint={passwordHint(minLength)}
      />
      <Buttons>
        <Button type="submit" look="primary" wide busy={busy}>
          Accept and sign up
        </Button>
      </Buttons>
    </Form>
  );
}

/** A button to accept an invitation with the account that is signed in. */
export function AcceptSignedIn({ form: { busy, problem }, accept }: Props) {
  return (
    <Form problem={problem} onSend={() => accept({})}>
      <Buttons>
        <Button type="submit" look="primary" wide busy={busy}>
          Accept
        </Button>
      </Buttons>
    </Form>
  );
}

/**
 * A form to accept an invitation by signing in to an existing account, whose password an invitation
 * link cannot set.
 */
export function AcceptSigningIn({ invitation, form: { problem }, accept }: Props) {
  return (
    <>
      <p>You have an account. Sign in with it to accept.</p>
      {problem?.message && <Notice tone="danger">{problem.message}</Notice>}
      <SignInForm
        email={invitation.email}
        action="Sign in and accept"
        onSignedIn={() => accept({})}
      />
    </>
  );
}
