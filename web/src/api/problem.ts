import type { CombinedError } from "@urql/core";
import type { UserErrorCode } from "#generated/operations";
import { until } from "../ui/time";

/** An error in the input of a mutation, returned as data. */
export type UserError = {
  code: UserErrorCode;
  message: string;
  field: readonly string[];
  retryAt?: string | null;
};

/** Why an operation failed, as text for the user. */
export type Problem = {
  /** The errors that belong to no field of the form; empty if every error belongs to one. */
  message: string;
  /** The errors of the form's fields, by the field's name in the input. */
  fields: Record<string, string>;
};

const code = (error: { extensions?: Record<string, unknown> }) => error.extensions?.code;

/** Whether the viewer is signed out or has lost access to something on the page. */
export const hasLostAccess = (error: CombinedError) =>
  error.graphQLErrors.some((each) =>
    ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"].includes(String(code(each))),
  );

/** Whether an id is malformed, or refers to no object that the viewer can see. */
export const leadsNowhere = (error: { extensions?: Record<string, unknown> }) =>
  ["NOT_FOUND", "BAD_INPUT"].includes(String(code(error)));

/** Whether the API rejected an argument, such as an invalid cursor. */
export const isBadInput = (error: CombinedError) =>
  error.graphQLErrors.some((each) => code(each) === "BAD_INPUT");

/** The problem if no response arrived. */
export const NO_ANSWER: Problem = {
  message: "The server did not answer. Nothing you typed is lost: try again in a moment.",
  fields: {},
};

/** The problem if the server cannot write, such as when its disk is full. Nothing was changed. */
const CANNOT_SAVE: Problem = {
  message: "The server cannot save changes right now. Try again in a moment.",
  fields: {},
};

/** The problem if the server is overloaded or cannot reach its database. Nothing was changed. */
const UNAVAILABLE: Problem = {
  message: "The server is not available right now. Try again in a moment.",
  fields: {},
};

/** Converts the error of a failed operation to a problem. */
export function problemOf(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  if (!first) return NO_ANSWER;
  const retryAt = first.extensions?.retryAt;
  const later = typeof retryAt === "string" ? ` Try again ${until(retryAt)}.` : "";
  const codes = error.graphQLErrors.map((each) => String(code(each)));
  if (codes.includes("UNAUTHENTICATED")) {
    return { message: "Your session has ended. Sign in again to continue.", fields: {} };
  }
  if (codes.includes("RATE_LIMITED")) {
    return { message: `Too many attempts.${later}`, fields: {} };
  }
  if (codes.includes("CANNOT_SAVE")) return CANNOT_SAVE;
  if (codes.includes("UNAVAILABLE")) return UNAVAILABLE;
  if (codes.includes("INTERNAL")) {
    const id = first.extensions?.requestId;
    const reference = typeof id === "string" ? ` Request ${id}.` : "";
    return { message: `Something went wrong on the server.${reference}`, fields: {} };
  }
  return { message: first.message, fields: {} };
}

/**
 * Converts user errors to a problem. `names` are the fields that the form shows; errors of other
 * fields go into the message.
 */
export function problemOfInput(errors: readonly UserError[], names: readonly string[]): Problem {
  const problem: Problem = { message: "", fields: {} };
  const general: string[] = [];
  for (const error of errors) {
    const rests = error.code === "COOLDOWN" && error.retryAt;
    const later = rests ? ` It can be sent ${until(rests)}.` : "";
    const name = error.field.findLast((part) => names.includes(part));
    if (name) problem.fields[name] = error.message + later;
    else general.push(error.message + later);
  }
  problem.message = general.join(" ");
  return problem;
}

/** Returns the problem of a failed operation or of user errors, or `undefined` on success. */
export function problemIn(
  error: CombinedError | undefined,
  payload: { userErrors: readonly UserError[] } | null | undefined,
  names: readonly string[],
): Problem | undefined {
  if (error) return problemOf(error);
  return payload?.userErrors.length ? problemOfInput(payload.userErrors, names) : undefined;
}
