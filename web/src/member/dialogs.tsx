import { useState } from "react";
import type { Role } from "#generated/operations";
import { useHere, useRoleName } from "../shell/session";
import { Button } from "../ui/button";
import { Confirm, Dialog } from "../ui/dialog";
import { Buttons, Checkbox } from "../ui/field";
import { isolate } from "../ui/isolate";
import { inSentence, type Member } from "./member";
import { RoleSelect } from "./role-select";
import { useChangeRole, useRemove, useReset, useRevoke } from "./verbs";

export type DialogProps = { member: Member; onClose: () => void };

/** Asks before a reset link is mailed. */
export function ResetDialog({ member, onClose }: DialogProps) {
  const [reset, busy] = useReset(member);
  const confirm = async () => {
    await reset();
    onClose();
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Send ${inSentence(member)} a password reset?`}
      action="Send"
      tone="primary"
      onConfirm={confirm}
      busy={busy}
    >
      <p>
        <bdi>{member.email}</bdi> gets a mail with a link to choose a new password. The present
        password and sessions stay until the link is used.
      </p>
    </Confirm>
  );
}

/** Asks before an invitation is taken back. */
export function RevokeDialog({ member, onClose }: DialogProps) {
  const [revoke] = useRevoke(member);
  const confirm = () => {
    onClose();
    revoke();
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Revoke the invitation of ${inSentence(member)}?`}
      action="Revoke"
      onConfirm={confirm}
    >
      <p>
        The link that was mailed to <bdi>{member.email}</bdi> ends, and they no longer stand in the
        team. You can invite them again at any time.
      </p>
    </Confirm>
  );
}

/** What becomes of the invitations that an admin answers for. */
function TheirInvitations({
  revoke,
  onChange,
}: {
  revoke: boolean;
  onChange: (revoke: boolean) => void;
}) {
  return (
    <>
      <p>Open invitations that they sent pass to you, and stay valid.</p>
      <Checkbox checked={revoke} onCheckedChange={onChange}>
        Revoke these invitations instead
      </Checkbox>
    </>
  );
}

/** Asks before a member is taken out. */
export function RemoveDialog({ member, onClose }: DialogProps) {
  const here = useHere();
  const [remove] = useRemove(member);
  const [revoke, setRevoke] = useState(false);
  const own = member.id === here.membershipId;
  const confirm = () => {
    onClose();
    remove(revoke);
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={
        own
          ? `Leave ${isolate(here.name)}?`
          : `Remove ${inSentence(member)} from ${isolate(here.name)}?`
      }
      action={own ? "Leave" : "Remove"}
      onConfirm={confirm}
    >
      <p>
        {own
          ? "You lose access at once. Another admin has to add you again."
          : "They lose access with their next request. Their account and other workspaces stay."}
      </p>
      {member.role === "WORKSPACE_ADMIN" && !own && (
        <TheirInvitations revoke={revoke} onChange={setRevoke} />
      )}
    </Confirm>
  );
}

/** Chooses another role. `to` is chosen beforehand, where the row's menu has asked for it. */
export function RoleDialog({ member, onClose, to }: DialogProps & { to?: Role }) {
  const here = useHere();
  const roleName = useRoleName();
  const [role, setRole] = useState<Role>(to ?? member.role ?? "GATEWAY_OPERATOR");
  const [revoke, setRevoke] = useState(false);
  const [change] = useChangeRole(member);
  const own = member.id === here.membershipId;
  const demoted = member.role === "WORKSPACE_ADMIN" && role !== "WORKSPACE_ADMIN";
  const confirm = () => {
    onClose();
    if (role !== member.role) change(role, demoted && revoke);
  };
  return (
    <Dialog open onClose={onClose} title={`Role of ${inSentence(member)}`}>
      <RoleSelect value={role} onChange={setRole} />
      {demoted && own && <p>You will no longer manage this team, from your next click on.</p>}
      {demoted && !own && (
        <>
          <p className="muted">
            They are {roleName(member.role)} now. The new role holds from their next request on.
          </p>
          <TheirInvitations revoke={revoke} onChange={setRevoke} />
        </>
      )}
      <Buttons end>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" onClick={confirm}>
          Change role
        </Button>
      </Buttons>
    </Dialog>
  );
}
