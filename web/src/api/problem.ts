import type { CombinedError } from "@urql/core";
import type { UserErrorCode } from "#generated/operations";
import { until } from "../ui/time";

/** What the API says of an input that it did not take. */
export type UserError = {
  code: UserErrorCode;
  message: string;
  field: readonly string[];
  retryAt?: string | null;
};

/** Why something was not done, for people. */
export type Problem = {
  /** What to say where no field of the form is to blame; empty where all is said at fields. */
  message: string;
  /** What to say at a field of the form, by its name in the input. */
  fields: Record<string, string>;
};

const code = (error: { extensions?: Record<string, unknown> }) => error.extensions?.code;

/** Whether the viewer has lost a permission that the page relied on, or is signed out. */
export const hasLostAccess = (error: CombinedError) =>
  error.graphQLErrors.some((each) =>
    ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"].includes(String(code(each))),
  );

/** Whether an id is of nothing, of nothing that the viewer may know of, or no id at all. */
export const leadsNowhere = (error: { extensions?: Record<string, unknown> }) =>
  ["NOT_FOUND", "BAD_INPUT"].includes(String(code(error)));

/** Whether the API could not make anything of an argument, such as a cursor that is none. */
export const isBadInput = (error: CombinedError) =>
  error.graphQLErrors.some((each) => code(each) === "BAD_INPUT");

/** What to say where there was no answer at all. */
export const NO_ANSWER: Problem = {
  message: "The server did not answer. Nothing you typed is lost: try again in a moment.",
  fields: {},
};

/** What to say if the server takes no changes, as when its disk is full; nothing was changed. */
const CANNOT_SAVE: Problem = {
  message: "The server cannot save changes right now. Try again in a moment.",
  fields: {},
};

/** What to say if the server has no database, or too much to do; nothing was changed. */
const UNAVAILABLE: Problem = {
  message: "The server is not available right now. Try again in a moment.",
  fields: {},
};

/** What a failed operation says to people. */
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

/** The same for errors that the API returns as data. `names` are the fields that the form shows. */
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

/** What is wrong with an answer, of either kind; `undefined` where nothing is. */
export function problemIn(
  error: CombinedError | undefined,
  payload: { userErrors: readonly UserError[] } | null | undefined,
  names: readonly string[],
): Problem | undefined {
  if (error) return problemOf(error);
  return payload?.userErrors.length ? problemOfInput(payload.userErrors, names) : undefined;
}
