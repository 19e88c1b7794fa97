import type { Role } from "#generated/operations";
import { useSession } from "../shell/session";
import { Select } from "../ui/select";

/** Returns the options for choosing a role, with descriptions. */
export function useRoleOptions() {
  const { roles } = useSession();
  return roles.map(({ role, name, description }) => ({
    value: role,
    label: name,
    about: description,
  }));
}

/** A select field for a role. */
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
