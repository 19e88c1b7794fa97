import type { InviteeInput, Role } from "#generated/operations";
import { clean } from "./list/address";

/** A person to invite, as typed, pasted or read from a file. */
export type Person = {
  email: string;
  firstName: string;
  lastName: string;
  /** If undefined, the role chosen in the form applies. */
  role?: Role;
};

/** Converts a person to API input. `role` applies if the person has none. */
export function inviteeOf(person: Person, role: Role): InviteeInput {
  const { email, firstName, lastName } = person;
  return {
    email: clean(email),
    role: person.role ?? role,
    ...(firstName && { firstName }),
    ...(lastName && { lastName }),
  };
}

/** The maximum number of invitees per request. */
const BATCH = 100;

/** Splits a list into batches of one request each. */
export const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
