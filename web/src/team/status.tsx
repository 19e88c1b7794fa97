import type { DeliveryState, MemberRowFragment } from "#generated/operations";
import { Badge, type Tone } from "../ui/elements";

type State = { tone: Tone; text: string; about?: string | undefined };

/** The badges for mail delivery states that an admin should notice. */
const DELIVERY: Partial<Record<DeliveryState, [Tone, string]>> = {
  REFUSED: ["danger", "Email rejected"],
  RETRYING: ["warn", "Email delayed"],
  BLOCKED: ["warn", "Email delayed"],
};

/** Returns the tone, text and tooltip of the badge for a member's status. */
function stateOf(member: Pick<MemberRowFragment, "status" | "invitation">): State {
  if (member.status === "ACTIVE") return { tone: "good", text: "Active" };
  const { invitation } = member;
  if (invitation?.renewalAskedAt) {
    return { tone: "warn", text: "New link requested", about: "Requested by the invited person." };
  }
  if (invitation?.state === "EXPIRED") return { tone: "warn", text: "Invite expired" };
  const { state, reason } = invitation?.delivery ?? {};
  const [tone, text] = (state && DELIVERY[state]) ?? ["accent", "Invited"];
  return { tone, text, about: reason ?? undefined };
}

/** A badge that shows a member's status. */
export function Status({ member }: { member: Pick<MemberRowFragment, "status" | "invitation"> }) {
  const { tone, text, about } = stateOf(member);
  return (
    <Badge tone={tone}>
      <span title={about}>{text}</span>
    </Badge>
  );
}
