import type { MemberRowFragment, MembershipAction } from "#generated/operations";
import { isolate } from "../ui/isolate";

/** The data of a member that actions need. */
export type Member = MemberRowFragment;

/** Whether the viewer may currently perform an action on a member. */
export const canDo = (member: Member, action: MembershipAction) =>
  member.availableActions.includes(action);

/** Returns the display name of a member: the name, or else the email address. */
export const nameOf = (member: Pick<Member, "name" | "email">) =>
  member.name || member.email || "this person";

/** Returns the display name of a member for use in a plain text sentence. */
export const inSentence = (member: Pick<Member, "name" | "email">) => isolate(nameOf(member));

/** Formats a number of invitations for use in a sentence, such as "3 pending invitations". */
export const invitations = (count: number) =>
  count === 1 ? "1 pending invitation" : `${count} pending invitations`;
