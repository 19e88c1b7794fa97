import type { MemberRowFragment, MembershipAction } from "#generated/operations";
import { isolate } from "../ui/isolate";

/** What actions need to know of a member. */
export type Member = MemberRowFragment;

/** Whether the viewer may do this with the member now. */
export const canDo = (member: Member, action: MembershipAction) =>
  member.availableActions.includes(action);

/** What to call a member in a sentence. */
export const nameOf = (member: Pick<Member, "name" | "email">) =>
  member.name || member.email || "this person";

/** The same inside of a sentence. */
export const inSentence = (member: Pick<Member, "name" | "email">) => isolate(nameOf(member));

/** "3 pending invitations", for sentences. */
export const invitations = (count: number) =>
  count === 1 ? "1 pending invitation" : `${count} pending invitations`;
