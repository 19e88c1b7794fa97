import type { AuditEventKind, HistoryQuery, Role } from "#generated/operations";

export type Event = NonNullable<
  NonNullable<HistoryQuery["workspace"]>["accessHistory"]
>["nodes"][number];

/** What each kind is called in the filter, and how an entry of it reads after the actor's name. */
const KINDS: Record<AuditEventKind, { label: string; done: string; refused: string }> = {
  SIGN_IN: { label: "Sign-in", done: "signed in", refused: "tried to sign in" },
  INVITE_MEMBER: { label: "Invitation", done: "invited", refused: "tried to invite" },
  ADD_MEMBER: { label: "Addition", done: "added", refused: "tried to add" },
  RESEND_INVITATION: {
    label: "Invitation sent again",
    done: "sent the invitation again of",
    refused: "tried to send the invitation again of",
  },
  REVOKE_INVITATION: {
    label: "Invitation revoked",
    done: "revoked the invitation of",
    refused: "tried to revoke the invitation of",
  },
  ACCEPT_INVITATION: {
    label: "Invitation accepted",
    done: "accepted the invitation",
    refused: "tried to accept an invitation",
  },
  DECLINE_INVITATION: {
    label: "Invitation declined",
    done: "declined the invitation",
    refused: "tried to decline an invitation",
  },
  REASSIGN_INVITATION: {
    label: "Invitation passed on",
    done: "passed on the invitation of",
    refused: "tried to pass on the invitation of",
  },
  REQUEST_NEW_INVITATION: {
    label: "New link asked for",
    done: "asked for a new link",
    refused: "tried to ask for a new link",
  },
  CHANGE_ROLE: {
    label: "Role changed",
    done: "changed the role of",
    refused: "tried to change the role of",
  },
  REMOVE_MEMBER: { label: "Removal", done: "removed", refused: "tried to remove" },
  LEAVE_WORKSPACE: { label: "Member left", done: "left", refused: "tried to leave" },
  SEND_PASSWORD_RESET: {
    label: "Password reset sent",
    done: "sent a password reset to",
    refused: "tried to send a password reset to",
  },
  RESET_PASSWORD: {
    label: "Password reset",
    done: "set a new password by a link",
    refused: "tried to set a new password",
  },
  CREATE_WORKSPACE: {
    label: "Workspace created",
    done: "created the workspace",
    refused: "tried to create a workspace",
  },
  UPDATE_WORKSPACE: {
    label: "Settings changed",
    done: "changed the settings",
    refused: "tried to change the settings",
  },
};

/** For the filter, by name. */
export const KIND_OPTIONS = (Object.keys(KINDS) as AuditEventKind[])
  .map((value) => ({ value, label: KINDS[value].label }))
  .sort((a, b) => a.label.localeCompare(b.label));

export const isKind = (text: string | null): text is AuditEventKind =>
  text !== null && text in KINDS;

/** What stands between the actor and the subject. */
export const verbOf = ({ kind, outcome }: Event): string =>
  kind ? KINDS[kind][outcome === "REFUSED" ? "refused" : "done"] : "";

/** What else an entry tells, in words. */
export function detailOf({ details }: Event, roleName: (role: Role) => string): string {
  const word = (value: string) => roleName(value as Role) || value;
  const at = new Map(details?.map(({ key, value }) => [key, value]));
  const [from, to, role, needed] = ["from", "to", "role", "needed"].map((key) => at.get(key));
  const parts = [
    from && `from ${word(from)}`,
    to && `to ${word(to)}`,
    role && `as ${word(role)}`,
    needed && `which needs ${needed}`,
  ];
  const others = [...at].filter(([key]) => !["from", "to", "role", "needed"].includes(key));
  return [...parts, ...others.map(([key, value]) => `${plain(key)}: ${value}`)]
    .filter(Boolean)
    .join(" ");
}

/** `invitationLifetimeDays` as people write it. */
const plain = (key: string) => key.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
