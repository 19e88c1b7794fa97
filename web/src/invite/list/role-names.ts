import type { Role } from "#generated/operations";
import { compact } from "./header-names";

/** The roles with their full names, as the API returns them. */
export type RoleNames = readonly { role: Role; name: string }[];

/**
 * Short names that can only mean one role, in the same languages as the headers that `kindOf`
 * recognizes. Ambiguous names such as "user" or "owner" are not included.
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

/** Recognizes roles in the cells of a list. */
export type RoleReader = {
  /** Returns the role with this full name, API name or short name. */
  roleIn: (text: string) => Role | undefined;
  /**
   * Whether a text is the full name or API name of a role. Short names do not count, because
   * "Admin" may be a person's name.
   */
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
    // A short text may be a person's name, even if a role has the same name.
    isFullName: (text) => text.length > 8 && full.has(compact(text)),
    nameOf: (role) => roles.find((each) => each.role === role)?.name,
  };
}
