import type { ForeseenFragment, InviteResult } from "#generated/operations";
import type { RoleName } from "../shell/session";
import type { Tone } from "../ui/bits";

type Text = {
  /** What would happen. */
  ahead: string;
  /** What did. */
  done: string;
  tone: Tone;
};

const TEXTS: Record<InviteResult, Text> = {
  INVITED: { ahead: "Gets an invitation", done: "Invited", tone: "accent" },
  ADDED: { ahead: "Joins at once", done: "Added", tone: "good" },
  ALREADY_MEMBER: { ahead: "Already there", done: "Already there", tone: "plain" },
  ALREADY_INVITED: { ahead: "Already invited", done: "Already invited", tone: "plain" },
  FAILED: { ahead: "Cannot be invited", done: "Failed", tone: "danger" },
};

/** What to say of an outcome, before and after. */
export const outcomeText = (outcome: { result: InviteResult }): Text => TEXTS[outcome.result];

/** The same with the role, for those who are there already. */
export function foreseen(outcome: ForeseenFragment, roleName: RoleName): string {
  const { ahead } = TEXTS[outcome.result];
  const role = outcome.result.startsWith("ALREADY") && roleName(outcome.membership?.role);
  return role ? `${ahead} as ${role}` : ahead;
}

/** The results in the order in which an admin cares about them. */
export const RESULTS = Object.keys(TEXTS) as InviteResult[];
