import type { InviteeInput, Role } from "#generated/operations";
import { clean } from "./list/address";

/** A person to invite, as typed, pasted or read from a file. */
export type Person = {
  email: string;
  firstName: string;
  lastName: string;
  /** Left out if the list has none: the form's choice applies. */
  role?: Role;
};

/** The same as the API takes it. */
export function inviteeOf(person: Person, role: Role): InviteeInput {
  const { email, firstName, lastName } = person;
  return {
    email: clean(email),
    role: person.role ?? role,
    ...(firstName && { firstName }),
    ...(lastName && { lastName }),
  };
}

/** The most that one call takes. */
const BATCH = 100;

/** Cuts a list into pieces that one call takes. */
export const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
