import { useQuery } from "urql";
import {
  SettingsDocument,
  type SettingsQuery,
  UpdateWorkspaceDocument,
} from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { useCurrentWorkspace } from "../shell/session";
import { NoAnswer } from "../shell/states";
import { Button } from "../ui/button";
import { Skeleton } from "../ui/elements";
import { Buttons, Form, TextArea, TextField } from "../ui/field";
import { Card, Page } from "../ui/page";
import { useToasts } from "../ui/toasts";

type Workspace = NonNullable<SettingsQuery["workspace"]>;
const FIELDS = ["name", "invitationLifetimeDays", "allowedEmailDomains"];

/** The settings page: the workspace's name and the rules for its invitations. */
export default function Settings() {
  const current = useCurrentWorkspace();
  const [{ data, error, fetching, stale }, again] = useQuery({
    query: SettingsDocument,
    variables: { workspaceId: current.id },
  });
  const workspace = data?.workspace;
  if (error && !workspace?.settings && !fetching) {
    return <NoAnswer error={error} retry={() => again()} />;
  }
  return (
    <Page title="Settings" lead={<bdi>{current.name}</bdi>}>
      <Card title="Workspace" narrow>
        {workspace?.settings ? (
          <Change key={workspace.id} workspace={workspace} settings={workspace.settings} />
        ) : (
          (fetching || stale) && (
            <>
              <Skeleton width="40%" />
              <Skeleton width="60%" />
            </>
          )
        )}
      </Card>
    </Page>
  );
}

function Change({
  workspace,
  settings,
}: {
  workspace: Workspace;
  settings: NonNullable<Workspace["settings"]>;
}) {
  const toasts = useToasts();
  const { send, busy, problem } = useForm(UpdateWorkspaceDocument, FIELDS);
  const save = async (values: Record<string, string>) => {
    const { name = "", invitationLifetimeDays: days = "", allowedEmailDomains = "" } = values;
    const input = {
      workspaceId: workspace.id,
      name,
      invitationLifetimeDays: days.trim() ? Number(days) : null,
      allowedEmailDomains: allowedEmailDomains.split(/[\r\n,;]+/u).filter((each) => each.trim()),
    };
    if (await send({ input })) toasts.done("Settings saved.");
  };
  return (
    <Form problem={problem} onSend={save}>
      <TextField name="name" label="Name" defaultValue={workspace.name} required />
      <TextField
        name="invitationLifetimeDays"
        label="Invitation expiry (days)"
        hint="From 1 to 90. Leave empty for the default of the server."
        type="number"
        min={1}
        max={90}
        step={1}
        defaultValue={settings.invitationLifetimeDays?.toString() ?? ""}
        optional
      />
      <TextArea
        name="allowedEmailDomains"
        label="Allowed email domains"
        hint="One per line, such as example.com. Leave empty to allow all domains."
        defaultValue={settings.allowedEmailDomains.join("\n")}
        rows={4}
        optional
      />
      <Buttons>
        <Button type="submit" look="primary" busy={busy}>
          Save
        </Button>
      </Buttons>
    </Form>
  );
}
