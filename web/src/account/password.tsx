import { useRef } from "react";
import { ChangePasswordDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { passwordHint } from "../entry/password-hint";
import { useSession } from "../shell/session";
import { Button } from "../ui/button";
import { Buttons, Form, PasswordField } from "../ui/field";
import { Card } from "../ui/page";
import { useToasts } from "../ui/toasts";

const FIELDS = ["currentPassword", "newPassword"];

/** A form that changes the viewer's password, which ends all other sessions. */
export function Password() {
  const { user, service } = useSession();
  const toasts = useToasts();
  const form = useRef<HTMLFormElement>(null);
  const { send, busy, problem } = useForm(ChangePasswordDocument, FIELDS);
  const save = async ({ currentPassword = "", newPassword = "" }) => {
    if (!(await send({ input: { currentPassword, newPassword } }))) return;
    form.current?.reset();
    toasts.done("Password changed. You’ve been signed out everywhere else.");
  };
  return (
    <Card title="Password">
      <Form ref={form} problem={problem} onSend={save}>
        {/* Tells password managers which account the password belongs to. */}
        <input type="email" autoComplete="username" value={user.email ?? ""} readOnly hidden />
        <PasswordField
          name="currentPassword"
          label="Current password"
          autoComplete="current-password"
        />
        <PasswordField
          name="newPassword"
          label="New password"
          autoComplete="new-password"
          hint={passwordHint(service?.passwordMinLength)}
        />
        <Buttons>
          <Button type="submit" busy={busy}>
            Change password
          </Button>
        </Buttons>
      </Form>
    </Card>
  );
}
