import { useRef } from "react";
import { SignInDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form, PasswordField } from "../ui/field";

/** A form to sign in with email and password. If `email` is set, it cannot be changed. */
export function SignInForm({
  email,
  action = "Sign in",
  onSignedIn,
}: {
  email?: string | null;
  action?: string;
  onSignedIn: (userId: string) => void;
}) {
  const { send, busy, problem } = useForm(SignInDocument, ["email", "password"]);
  const form = useRef<HTMLFormElement>(null);
  const signIn = async (values: Record<string, string>) => {
    const input = { email: email ?? values.email ?? "", password: values.password ?? "" };
    const payload = await send({ input });
    if (payload?.viewer) onSignedIn(payload.viewer.user.id);
    else form.current?.querySelector<HTMLInputElement>("[autocomplete=current-password]")?.select();
  };
  return (
    <Form ref={form} problem={problem} onSend={signIn}>
      <EmailField
        name="email"
        label="Email"
        autoComplete="username"
        required
        {...(email ? { value: email, readOnly: true } : {})}
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
      <Buttons>
        <Button type="submit" look="primary" wide busy={busy}>
          {action}
        </Button>
      </Buttons>
    </Form>
  );
}
