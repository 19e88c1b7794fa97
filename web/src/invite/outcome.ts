import type { ForeseenFragment, InviteResult } from "#generated/operations";
import type { RoleName } from "../shell/session";
import type { Tone } from "../ui/elements";

type Text = {
  /** For a preview. */
  ahead: string;
  /** For results. */
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

/** Returns the texts and the tone for an outcome. */
export const outcomeText = (outcome: { result: InviteResult }): Text => TEXTS[outcome.result];

type Outcome = Pick<ForeseenFragment, "result" | "membership">;

/** Describes an expected outcome, with the role of people who are already members or invited. */
export const foreseen = (outcome: Outcome, roleName: RoleName) =>
  withRole(TEXTS[outcome.result].ahead, outcome, roleName);

/** Describes an actual outcome, with the role of people who were already members or invited. */
export const happened = (outcome: Outcome, roleName: RoleName) =>
  withRole(TEXTS[outcome.result].done, outcome, roleName);

function withRole(text: string, { result, membership }: Outcome, roleName: RoleName): string {
  const role = result.startsWith("ALREADY") && roleName(membership?.role);
  return role ? `${text} (${role})` : text;
}

/** All results, in the order in which filters list them. */
export const RESULTS = Object.keys(TEXTS) as InviteResult[];
