import type { ForeseenFragment, InviteResult } from "#generated/operations";
import type { RoleName } from "../shell/session";
import type { Tone } from "../ui/elements";

type Text = {
  /** What would happen. */
  ahead: string;
  /** What did. */
  done: string;
  tone: Tone;
};

const TEXTS: Record<InviteResult, Text> = {
  INVITED: { ahead: "Will be invited", done: "Invited", tone: "accent" },
  ADDED: { ahead: "Added immediately", done: "Added", tone: "good" },
  ALREADY_MEMBER: { ahead: "Already a member", done: "Already a member", tone: "plain" },
  ALREADY_INVITED: { ahead: "Already invited", done: "Already invited", tone: "plain" },
  FAILED: { ahead: "Cannot be invited", done: "Failed", tone: "danger" },
};

/** What to say of an outcome, before and after. */
export const outcomeText = (outcome: { result: InviteResult }): Text => TEXTS[outcome.result];

type Outcome = Pick<ForeseenFragment, "result" | "membership">;

/** What would happen; with the role, for those who are there already. */
export const foreseen = (outcome: Outcome, roleName: RoleName) =>
  withRole(TEXTS[outcome.result].ahead, outcome, roleName);

/** What did; with the role, for those who were there already. */
export const happened = (outcome: Outcome, roleName: RoleName) =>
  withRole(TEXTS[outcome.result].done, outcome, roleName);

function withRole(text: string, { result, membership }: Outcome, roleName: RoleName): string {
  const role = result.startsWith("ALREADY") && roleName(membership?.role);
  return role ? `${text} (${role})` : text;
}

/** The results in the order in which an admin cares about them. */
export const RESULTS = Object.keys(TEXTS) as InviteResult[];
