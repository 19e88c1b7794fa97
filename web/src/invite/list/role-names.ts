import type { Role } from "#generated/operations";
import { compact } from "./header-names";

/** The roles with their full names, as the API has them. */
export type RoleNames = readonly { role: Role; name: string }[];

/**
 * Short names that can only be one role, in the languages of [kindOf]. Others, such as "user" or
 * "owner", are nobody's to guess.
 */
const SHORT: Record<Role, string> = {
  WORKSPACE_ADMIN: `
    admin administrator administratorin administrateur administratrice administrador administradora
    amministratore amministratrice administratorka`,
  GATEWAY_OPERATOR: `
    operator operatorin operateur operatrice operador operadora operatore operatrice operatorka`,
  SECURITY_AUDITOR: `
    auditor auditorin prufer pruferin auditeur auditrice auditora revisore audytor audytorka`,
};

const BY_SHORT_NAME = new Map(
  Object.entries(SHORT).flatMap(([role, names]) =>
    names
      .trim()
      .split(/\s+/u)
      .map((name) => [name, role as Role] as const),
  ),
);

/** How to read the texts of a list. */
export type RoleReader = {
  /** The role that a text names: by its full name, its name in the API, or a short one. */
  roleIn: (text: string) => Role | undefined;
  /** Whether a text is a full name of a role: "Admin" may be what somebody is called. */
  isFullName: (text: string) => boolean;
  nameOf: (role: Role | undefined) => string | undefined;
};

export function roleReader(roles: RoleNames): RoleReader {
  const full = new Map(
    roles.flatMap(({ role, name }) => [
      [compact(role), role],
      [compact(name), role],
    ]),
  );
  const short = new Map(
    [...BY_SHORT_NAME].filter(([, role]) => roles.some((r) => r.role === role)),
  );
  return {
    roleIn: (text) => full.get(compact(text)) ?? short.get(compact(text)),
    // Most names are told from roles by their length.
    isFullName: (text) => text.length > 8 && full.has(compact(text)),
    nameOf: (role) => roles.find((each) => each.role === role)?.name,
  };
}
