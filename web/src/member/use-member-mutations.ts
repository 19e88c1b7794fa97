import { useLocation, useNavigate } from "react-router";
import {
  ChangeRoleDocument,
  InviteUsersDocument,
  RemoveMemberDocument,
  ResendInvitationDocument,
  RevokeInvitationDocument,
  type Role,
  SendPasswordResetDocument,
} from "#generated/operations";
import { useApi } from "../api/provider";
import { useAction } from "../api/use-mutation";
import { useCurrentWorkspace, useRoleName } from "../shell/session";
import { isolate } from "../ui/isolate";
import { useToasts } from "../ui/toasts";
import { inSentence, invitations, type Member, nameOf } from "./member";

/** A row or page that is removed loses the focus: moves it to where the user continues. */
function useLeave(member: Member) {
  const current = useCurrentWorkspace();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return () => {
    if (pathname.endsWith(`/${member.id}`)) navigate(current.path("team"));
    else document.getElementById("main")?.focus({ preventScroll: true });
  };
}

/** Says how many invitations were transferred or revoked; empty if there were none. */
function transferText(
  payload: {
    reassignedInvitationCount: number;
    revokedInvitationCount: number;
  },
  own: boolean,
) {
  const { reassignedInvitationCount: passed, revokedInvitationCount: revoked } = payload;
  if (revoked) return ` Revoked ${invitations(revoked)}.`;
  if (!passed) return "";
  if (own) return ` Transferred ${invitations(passed)} to another admin.`;
  return ` Transferred ${invitations(passed)} to you.`;
}

/** Invites the same person again: the undo for revoking and removing. */
function useInviteAgain(member: Member) {
  const current = useCurrentWorkspace();
  const toasts = useToasts();
  const [invite] = useAction(InviteUsersDocument);
  return async () => {
    const { email, role } = member;
    if (!email || !role) return;
    // An existing account keeps its own names; otherwise the names in this workspace are used.
    const [firstName = "", ...rest] = member.name === email ? [] : nameOf(member).split(" ");
    const invitee = { email, role, firstName, lastName: rest.join(" ") };
    const input = { invitees: [invitee], workspaceIds: [current.id] };
    const outcome = (await invite({ input }))?.outcomes[0];
    if (outcome?.error) toasts.problem(outcome.error.message);
    else if (outcome?.result === "ADDED")
      toasts.done(`${inSentence(member)} was added back to the team.`, undefined, member.id);
    else if (outcome) toasts.done(`${inSentence(member)} was invited again.`, undefined, member.id);
  };
}

/** Sends the invitation again, with a new link. */
export function useResend(member: Member) {
  const toasts = useToasts();
  const [resend, busy] = useAction(ResendInvitationDocument);
  const run = async () => {
    const invitationId = member.invitation?.id;
    if (!invitationId || !(await resend({ input: { invitationId } }))) return;
    toasts.done(`Invitation resent to ${member.email}. The previous link no longer works.`);
  };
  return [run, busy] as const;
}

/** Revokes the invitation. */
export function useRevoke(member: Member) {
  const toasts = useToasts();
  const leave = useLeave(member);
  const again = useInviteAgain(member);
  const [revoke, busy] = useAction(RevokeInvitationDocument);
  const run = async () => {
    const invitationId = member.invitation?.id;
    if (!invitationId) return;
    leave();
    if (!(await revoke({ input: { invitationId } }))) return;
    const undo = { label: "Invite again", run: again };
    toasts.done(`${inSentence(member)}’s invitation was revoked.`, undo, member.id);
  };
  return [run, busy] as const;
}

/** Sends a link to choose a new password. */
export function useReset(member: Member) {
  const toasts = useToasts();
  const [reset, busy] = useAction(SendPasswordResetDocument);
  const run = async () => {
    if (!(await reset({ input: { membershipId: member.id } }))) return;
    toasts.done(`Password reset sent to ${member.email}.`);
  };
  return [run, busy] as const;
}

/** Changes the role, with an undo. */
export function useChangeRole(member: Member) {
  const toasts = useToasts();
  const roleName = useRoleName();
  const own = useCurrentWorkspace().membershipId === member.id;
  const { renew } = useApi();
  const [change, busy] = useAction(ChangeRoleDocument);
  const back = async (role: Role) => {
    if (await change({ input: { membershipId: member.id, role } })) {
      toasts.done(
        `${inSentence(member)}’s role was changed back to ${roleName(role)}.`,
        undefined,
        member.id,
      );
    }
  };
  const run = async (role: Role, revokeTheirInvitations = false) => {
    const before = member.role;
    const input = { membershipId: member.id, role, revokeTheirInvitations };
    const payload = await change({ input });
    if (!payload) return;
    // The viewer's own permissions have changed.
    if (own) renew();
    const undo = before && !own ? { run: () => back(before) } : undefined;
    toasts.done(
      `${inSentence(member)}’s role was changed to ${roleName(role)}.${transferText(payload, own)}`,
      undo,
      member.id,
    );
  };
  return [run, busy] as const;
}

/** Removes the member, with an undo. */
export function useRemove(member: Member) {
  const toasts = useToasts();
  const current = useCurrentWorkspace();
  const navigate = useNavigate();
  const leave = useLeave(member);
  const again = useInviteAgain(member);
  const { renew } = useApi();
  const [remove, busy] = useAction(RemoveMemberDocument);
  const own = current.membershipId === member.id;
  const run = async (revokeTheirInvitations: boolean) => {
    if (!own) leave();
    const payload = await remove({ input: { membershipId: member.id, revokeTheirInvitations } });
    if (!payload) return;
    if (own) {
      renew();
      navigate("/");
      toasts.done(`You have left ${isolate(current.name)}.${transferText(payload, own)}`);
      return;
    }
    const text = `${inSentence(member)} was removed from ${isolate(current.name)}.${transferText(payload, own)}`;
    toasts.done(text, { label: "Add back", run: again }, member.id);
  };
  return [run, busy] as const;
}
