import type { AuditEventKind, HistoryQuery, Role } from "#generated/operations";

export type Event = NonNullable<
  NonNullable<HistoryQuery["workspace"]>["accessHistory"]
>["nodes"][number];

/** The label of each kind in the filter, and the phrases after the actor's name in an entry. */
const KINDS: Record<AuditEventKind, { label: string; done: string; refused: string }> = {
  SIGN_IN: { label: "Sign-in", done: "signed in", refused: "tried to sign in" },
  INVITE_MEMBER: { label: "Member invited", done: "invited", refused: "tried to invite" },
  ADD_MEMBER: { label: "Member added", done: "added", refused: "tried to add" },
  RESEND_INVITATION: {
    label: "Invitation resent",
    done: "resent the invitation to",
    refused: "tried to resend the invitation to",
  },
  REVOKE_INVITATION: {
    label: "Invitation revoked",
    done: "revoked the invitation for",
    refused: "tried to revoke the invitation for",
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
    label: "Invitation reassigned",
    done: "reassigned the invitation for",
    refused: "tried to reassign the invitation for",
  },
  REQUEST_NEW_INVITATION: {
    label: "New link requested",
    done: "requested a new link",
    refused: "tried to request a new link",
  },
  CHANGE_ROLE: {
    label: "Role changed",
    done: "changed the role of",
    refused: "tried to change the role of",
  },
  REMOVE_MEMBER: { label: "Member removed", done: "removed", refused: "tried to remove" },
  LEAVE_WORKSPACE: { label: "Member left", done: "left", refused: "tried to leave" },
  SEND_PASSWORD_RESET: {
    label: "Password reset sent",
    done: "sent a password reset to",
    refused: "tried to send a password reset to",
  },
  RESET_PASSWORD: {
    label: "Password reset",
    done: "reset their password",
    refused: "tried to reset their password",
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

/** The options of the filter, sorted by label. */
export const KIND_OPTIONS = (Object.keys(KINDS) as AuditEventKind[])
  .map((value) => ({ value, label: KINDS[value].label }))
  .sort((a, b) => a.label.localeCompare(b.label));

export const isKind = (text: string | null): text is AuditEventKind =>
  text !== null && text in KINDS;

/** Returns the phrase between the actor and the subject of an entry. */
export const verbOf = ({ kind, outcome }: Event): string =>
  kind ? KINDS[kind][outcome === "REFUSED" ? "refused" : "done"] : "";

/** Returns the details of an event as text, such as the old and the new role. */
export function detailOf({ details }: Event, roleName: (role: Role) => string): string {
  const word = (value: string) => roleName(value as Role) || value;
  const at = new Map(details?.map(({ key, value }) => [key, value]));
  const [from, to, role, needed] = ["from", "to", "role", "needed"].map((key) => at.get(key));
  const parts = [
    from && `from ${word(from)}`,
    to && `to ${word(to)}`,
    role && `as ${word(role)}`,
    needed && `(requires ${needed})`,
  ];
  const others = [...at].filter(([key]) => !["from", "to", "role", "needed"].includes(key));
  return [...parts, ...others.map(([key, value]) => `${plain(key)}: ${value}`)]
    .filter(Boolean)
    .join(" ");
}

/** Splits a key into words: `invitationLifetimeDays` becomes `invitation lifetime days`. */
const plain = (key: string) => key.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
