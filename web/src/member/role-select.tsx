import type { Role } from "#generated/operations";
import { useSession } from "../shell/session";
import { Select } from "../ui/select";

/** The roles to choose from, each with what it is for. */
export function useRoleOptions() {
  const { roles } = useSession();
  return roles.map(({ role, name, description }) => ({
    value: role,
    label: name,
    about: description,
  }));
}

/** A choice among the roles. */
export function RoleSelect({
  value,
  onChange,
  label = "Role",
}: {
  value: Role;
  onChange: (role: Role) => void;
  label?: string;
}) {
  const options = useRoleOptions();
  return <Select wide {...{ options, value, onChange, label }} />;
}
