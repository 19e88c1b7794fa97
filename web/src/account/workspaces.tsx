import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Link, useNavigate } from "react-router";
import { useClient } from "urql";
import {
  CreateWorkspaceDocument,
  LeaveWorkspaceDocument,
  SessionDocument,
  type ViewerMembershipFragment,
} from "#generated/operations";
import { useAction, useForm } from "../api/use-mutation";
import { useRoleName, useSession } from "../shell/session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Buttons, Form, TextField } from "../ui/field";
import { isolate } from "../ui/isolate";
import { Card } from "../ui/page";
import { useToasts } from "../ui/toasts";
import styles from "./account.module.css";

/** A list of the viewer's workspaces, with actions to open, leave, or create one. */
export function Workspaces() {
  const { memberships } = useSession();
  const roleName = useRoleName();
  const [leaving, setLeaving] = useState<ViewerMembershipFragment>();
  return (
    <Card title="Workspaces">
      <ul className={styles.list}>
        {memberships.map((membership) => (
          <li key={membership.id}>
            <span className={styles.what}>
              <Link to={`/w/${membership.workspace.slug}/team`}>
                <bdi>{membership.workspace.name}</bdi>
              </Link>
              <span className="muted">{roleName(membership.role)}</span>
            </span>
            <Button
              look="quiet"
              onClick={() => setLeaving(membership)}
              aria-label={`Leave ${membership.workspace.name}`}
            >
              Leave
            </Button>
          </li>
        ))}
      </ul>
      <Create />
      {leaving && <Leave membership={leaving} onClose={() => setLeaving(undefined)} />}
    </Card>
  );
}

function Leave({
  membership,
  onClose,
}: {
  membership: ViewerMembershipFragment;
  onClose: () => void;
}) {
  const toasts = useToasts();
  const [leave, busy] = useAction(LeaveWorkspaceDocument);
  const { id, name } = membership.workspace;
  const confirm = async () => {
    const payload = await leave({ input: { workspaceId: id } });
    onClose();
    if (payload) toasts.done(`You have left ${isolate(name)}.`);
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Leave ${isolate(name)}?`}
      action="Leave"
      onConfirm={confirm}
      busy={busy}
    >
      <p>You’ll lose access immediately. Only an admin can add you back.</p>
    </Confirm>
  );
}

function Create() {
  const navigate = useNavigate();
  const client = useClient();
  const { send, busy, problem } = useForm(CreateWorkspaceDocument, ["name"]);
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLDivElement>(null);
  const toggle = (next: boolean) => {
    flushSync(() => setOpen(next));
    around.current?.querySelector<HTMLElement>("input, button")?.focus();
  };
  const create = async ({ name = "" }) => {
    const payload = await send({ input: { name } });
    if (!payload?.workspace) return;
    // The session must contain the new membership before the page of the workspace opens.
    await client.query(SessionDocument, {}, { requestPolicy: "network-only" });
    navigate(`/w/${payload.workspace.slug}/team`);
  };
  if (!open) {
    return (
      <div ref={around}>
        <Button onClick={() => toggle(true)}>Create a workspace</Button>
      </div>
    );
  }
  return (
    <div ref={around}>
      <Form problem={problem} onSend={create}>
        <TextField name="name" label="Workspace name" autoComplete="off" required />
        <Buttons>
          <Button type="submit" look="primary" busy={busy}>
            Create
          </Button>
          <Button onClick={() => toggle(false)}>Cancel</Button>
        </Buttons>
      </Form>
    </div>
  );
}
