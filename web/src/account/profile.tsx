import { UpdateProfileDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { useSession } from "../shell/session";
import { Button } from "../ui/button";
import { Buttons, Form, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { useToasts } from "../ui/toasts";
import styles from "./account.module.css";

/** A form that changes the viewer's name. */
export function Profile() {
  const { user } = useSession();
  const toasts = useToasts();
  const { send, busy, problem } = useForm(UpdateProfileDocument, ["firstName", "lastName"]);
  const save = async ({ firstName = "", lastName = "" }) => {
    if (await send({ input: { firstName, lastName } })) {
      toasts.done("Name updated in all your workspaces.");
    }
  };
  return (
    <Card title="Profile">
      <Form problem={problem} onSend={save}>
        <div className={styles.names}>
          <TextField
            name="firstName"
            label="First name"
            autoComplete="given-name"
            defaultValue={user.firstName ?? ""}
            required
          />
          <TextField
            name="lastName"
            label="Last name"
            autoComplete="family-name"
            defaultValue={user.lastName ?? ""}
            optional
          />
        </div>
        <Buttons>
          <Button type="submit" busy={busy}>
            Save
          </Button>
        </Buttons>
      </Form>
    </Card>
  );
}
