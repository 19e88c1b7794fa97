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

/**
 * Returns a function that keeps the focus when the row or page of a member disappears. On the
 * member page it navigates to the team page, elsewhere it focuses the main content.
 */
function useLeave(member: Member) {
  const current = useCurrentWorkspace();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return () => {
    if (pathname.endsWith(`/${member.id}`)) navigate(current.path("team"));
    else document.getElementById("main")?.focus({ preventScroll: true });
  };
}

/**
 * Returns a sentence, after a space, with the number of invitations that were transferred or
 * revoked. Empty if there were none.
 */
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

/** Returns a function that invites a member again, to undo a revocation or removal. */
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

/** Returns a function that resends the invitation with a new link. */
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

/** Returns a function that revokes the invitation. The toast offers to invite again. */
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

/** Returns a function that sends a password reset link. */
export function useReset(member: Member) {
  const toasts = useToasts();
  const [reset, busy] = useAction(SendPasswordResetDocument);
  const run = async () => {
    if (!(await reset({ input: { membershipId: member.id } }))) return;
    toasts.done(`Password reset sent to ${member.email}.`);
  };
  return [run, busy] as const;
}

/**
 * Returns a function that changes the role. The toast offers an undo, unless the role is the
 * viewer's own.
 */
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

/** Returns a function that removes the member. The toast offers to add other members back. */
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
