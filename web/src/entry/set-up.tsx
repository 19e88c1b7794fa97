import { Link, useNavigate } from "react-router";
import { useQuery } from "urql";
import { ServiceDocument, SetUpDocument } from "#generated/operations";
import { useApi } from "../api/provider";
import { useForm } from "../api/use-mutation";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form, PasswordField, TextField } from "../ui/field";
import { Notice } from "../ui/notice";
import { Entry, EntryFailed, EntryLoading } from "./layout";
import { linkToken } from "./link-token";
import { passwordHint } from "./password-hint";

const FIELDS = ["workspaceName", "email", "firstName", "lastName", "password"];

/** The page of the setup link that the server prints. Creates the first workspace and its admin. */
export default function SetUp() {
  const [{ data, error }, again] = useQuery({ query: ServiceDocument });
  const { send, busy, problem } = useForm(SetUpDocument, FIELDS);
  const { renew } = useApi();
  const navigate = useNavigate();
  const token = linkToken();
  if (!data) {
    if (error) return <EntryFailed error={error} retry={() => again()} />;
    return <EntryLoading title="Set up TokenVue" />;
  }
  if (!data.service?.needsSetUp) {
    return (
      <Entry title="Already set up" foot={<Link to="/sign-in">Sign in</Link>}>
        <p>TokenVue has already been set up. Sign in, or ask a Workspace Admin to invite you.</p>
      </Entry>
    );
  }
  if (!token) {
    return (
      <Entry title="Set up TokenVue">
        <Notice tone="warn">
          <p>This link is incomplete. Copy the whole link from the server’s output.</p>
        </Notice>
      </Entry>
    );
  }
  const setUp = async (values: Record<string, string>) => {
    const { workspaceName = "", email = "", firstName = "", lastName = "", password = "" } = values;
    const input = { token, workspaceName, email, firstName, lastName, password };
    const payload = await send({ input });
    if (!payload) return;
    const slug = payload.viewer?.activeWorkspace?.slug;
    renew();
    navigate(slug ? `/w/${slug}/team` : "/", { replace: true });
  };
  return (
    <Entry title="Set up TokenVue" lead="Create the first workspace and its Workspace Admin.">
      <Form problem={problem} onSend={setUp}>
        <TextField name="workspaceName" label="Workspace" placeholder="Acme AI" required />
        <EmailField name="email" label="Your email" autoComplete="username" required />
        <TextField name="firstName" label="First name" autoComplete="given-name" required />
        <TextField name="lastName" label="Last name" autoComplete="family-name" optional />
        <PasswordField
          name="password"
          label="Password"
          autoComplete="new-password"
          hint={passwordHint(data.service.passwordMinLength)}
        />
        <Buttons>
          <Button type="submit" look="primary" wide busy={busy}>
            Set up
          </Button>
        </Buttons>
      </Form>
    </Entry>
  );
}
