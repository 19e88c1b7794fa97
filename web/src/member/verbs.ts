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
import { useAction } from "../api/change";
import { useApi } from "../api/provider";
import { useHere, useRoleName } from "../shell/session";
import { isolate } from "../ui/isolate";
import { useToasts } from "../ui/toasts";
import { inSentence, invitations, type Member, nameOf } from "./member";

/** A row or page that is about to go takes the focus with it: put it where work goes on. */
function useLeave(member: Member) {
  const here = useHere();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return () => {
    if (pathname.endsWith(`/${member.id}`)) navigate(here.path("team"));
    else document.getElementById("main")?.focus({ preventScroll: true });
  };
}

/** What became of the invitations that somebody answered for; empty where there were none. */
function fateOf(
  payload: {
    reassignedInvitations: readonly unknown[];
    revokedInvitations: readonly unknown[];
  },
  own: boolean,
) {
  const { reassignedInvitations: passed, revokedInvitations: revoked } = payload;
  const whose = own ? "yours" : "theirs";
  if (revoked.length) return ` ${invitations(revoked.length)} of ${whose} revoked.`;
  if (!passed.length) return "";
  if (own) return ` Another admin now answers for ${invitations(passed.length)} of yours.`;
  return ` You now answer for ${invitations(passed.length)} of theirs.`;
}

/** Invites the same person once more: the way back from revoking and removing. */
function useInviteAgain(member: Member) {
  const here = useHere();
  const toasts = useToasts();
  const [invite] = useAction(InviteUsersDocument);
  return async () => {
    const { email, role } = member;
    if (!email || !role) return;
    // Whoever has an account keeps their own names; for all others this workspace's come back.
    const [firstName = "", ...rest] = member.name === email ? [] : nameOf(member).split(" ");
    const invitee = { email, role, firstName, lastName: rest.join(" ") };
    const input = { invitees: [invitee], workspaceIds: [here.id] };
    const outcome = (await invite({ input }))?.outcomes[0];
    if (outcome?.error) toasts.problem(outcome.error.message);
    else if (outcome?.result === "ADDED")
      toasts.done(`${inSentence(member)} is back in the team.`, undefined, member.id);
    else if (outcome)
      toasts.done(`${inSentence(member)} is invited again, with a new link.`, undefined, member.id);
  };
}

/** Sends the invitation anew. */
export function useResend(member: Member) {
  const toasts = useToasts();
  const [resend, busy] = useAction(ResendInvitationDocument);
  const run = async () => {
    const invitationId = member.invitation?.id;
    if (!invitationId || !(await resend({ input: { invitationId } }))) return;
    toasts.done(`Invitation sent again to ${member.email}. The old link has ended.`);
  };
  return [run, busy] as const;
}

/** Takes the invitation back. */
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
    toasts.done(`Invitation of ${inSentence(member)} revoked.`, undo, member.id);
  };
  return [run, busy] as const;
}

/** Mails a link to choose a new password. */
export function useReset(member: Member) {
  const toasts = useToasts();
  const [reset, busy] = useAction(SendPasswordResetDocument);
  const run = async () => {
    if (!(await reset({ input: { membershipId: member.id } }))) return;
    toasts.done(`Password reset sent to ${member.email}.`);
  };
  return [run, busy] as const;
}

/** Gives another role, with a way back. */
export function useChangeRole(member: Member) {
  const toasts = useToasts();
  const roleName = useRoleName();
  const own = useHere().membershipId === member.id;
  const { renew } = useApi();
  const [change, busy] = useAction(ChangeRoleDocument);
  const back = async (role: Role) => {
    if (await change({ input: { membershipId: member.id, role } })) {
      toasts.done(`${inSentence(member)} is ${roleName(role)} again.`, undefined, member.id);
    }
  };
  const run = async (role: Role, revokeTheirInvitations = false) => {
    const before = member.role;
    const input = { membershipId: member.id, role, revokeTheirInvitations };
    const payload = await change({ input });
    if (!payload) return;
    // What the viewer may see and do is another thing from now on.
    if (own) renew();
    const undo = before && !own ? { run: () => back(before) } : undefined;
    toasts.done(
      `${inSentence(member)} is ${roleName(role)} now.${fateOf(payload, own)}`,
      undo,
      member.id,
    );
  };
  return [run, busy] as const;
}

/** Takes the member out, with a way back. */
export function useRemove(member: Member) {
  const toasts = useToasts();
  const here = useHere();
  const navigate = useNavigate();
  const leave = useLeave(member);
  const again = useInviteAgain(member);
  const { renew } = useApi();
  const [remove, busy] = useAction(RemoveMemberDocument);
  const own = here.membershipId === member.id;
  const run = async (revokeTheirInvitations: boolean) => {
    if (!own) leave();
    const payload = await remove({ input: { membershipId: member.id, revokeTheirInvitations } });
    if (!payload) return;
    if (own) {
      renew();
      navigate("/");
      toasts.done(`You have left ${isolate(here.name)}.${fateOf(payload, own)}`);
      return;
    }
    const text = `${inSentence(member)} is no longer in ${isolate(here.name)}.${fateOf(payload, own)}`;
    toasts.done(text, { label: "Add back", run: again }, member.id);
  };
  return [run, busy] as const;
}
