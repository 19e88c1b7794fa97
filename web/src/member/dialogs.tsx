import { useState } from "react";
import type { Role } from "#generated/operations";
import { useCurrentWorkspace, useRoleName } from "../shell/session";
import { Button } from "../ui/button";
import { Confirm, Dialog } from "../ui/dialog";
import { Buttons, Checkbox } from "../ui/field";
import { isolate } from "../ui/isolate";
import { inSentence, type Member } from "./member";
import { RoleSelect } from "./role-select";
import { useChangeRole, useRemove, useReset, useRevoke } from "./use-member-mutations";

export type DialogProps = { member: Member; onClose: () => void };

/** A dialog that asks for confirmation before a password reset link is sent. */
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
        <bdi>{member.email}</bdi> will get an email with a link to choose a new password. Their
        password and sessions keep working until they use the link.
      </p>
    </Confirm>
  );
}

/** A dialog that asks for confirmation before an invitation is revoked. */
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
      title={`Revoke ${inSentence(member)}’s invitation?`}
      action="Revoke"
      onConfirm={confirm}
    >
      <p>
        The link sent to <bdi>{member.email}</bdi> will stop working, and they will be removed from
        the team. You can invite them again at any time.
      </p>
    </Confirm>
  );
}

/** A checkbox that selects whether an admin's pending invitations are transferred or revoked. */
function TheirInvitations({
  revoke,
  onChange,
}: {
  revoke: boolean;
  onChange: (revoke: boolean) => void;
}) {
  return (
    <>
      <p>Their pending invitations will be transferred to you.</p>
      <Checkbox checked={revoke} onCheckedChange={onChange}>
        Revoke these invitations instead
      </Checkbox>
    </>
  );
}

/** A dialog that asks for confirmation before a member is removed. */
export function RemoveDialog({ member, onClose }: DialogProps) {
  const current = useCurrentWorkspace();
  const [remove] = useRemove(member);
  const [revoke, setRevoke] = useState(false);
  const own = member.id === current.membershipId;
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
          ? `Leave ${isolate(current.name)}?`
          : `Remove ${inSentence(member)} from ${isolate(current.name)}?`
      }
      action={own ? "Leave" : "Remove"}
      onConfirm={confirm}
    >
      <p>
        {own
          ? "You’ll lose access immediately. Only an admin can add you back."
          : "They’ll lose access immediately. They’ll keep their account and other workspaces."}
      </p>
      {member.role === "WORKSPACE_ADMIN" && !own && (
        <TheirInvitations revoke={revoke} onChange={setRevoke} />
      )}
    </Confirm>
  );
}

/** A dialog that changes a member's role. `to` is the role already chosen in the row's menu. */
export function RoleDialog({ member, onClose, to }: DialogProps & { to?: Role }) {
  const current = useCurrentWorkspace();
  const roleName = useRoleName();
  const [role, setRole] = useState<Role>(to ?? member.role ?? "GATEWAY_OPERATOR");
  const [revoke, setRevoke] = useState(false);
  const [change] = useChangeRole(member);
  const own = member.id === current.membershipId;
  const demoted = member.role === "WORKSPACE_ADMIN" && role !== "WORKSPACE_ADMIN";
  const confirm = () => {
    onClose();
    if (role !== member.role) change(role, demoted && revoke);
  };
  return (
    <Dialog open onClose={onClose} title={`Change ${inSentence(member)}’s role`}>
      <RoleSelect value={role} onChange={setRole} />
      {demoted && own && <p>You’ll no longer be able to manage this team.</p>}
      {demoted && !own && (
        <>
          <p className="muted">
            Their current role is {roleName(member.role)}. The new role takes effect immediately.
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
