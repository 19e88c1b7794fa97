import type { Role } from "#generated/operations";
import { useSession } from "../shell/session";
import { Select } from "../ui/select";

/** A choice among the roles, each with what it is for. */
export function RoleSelect({
  value,
  onChange,
  label = "Role",
  bare = false,
  wide = true,
}: {
  value: Role;
  onChange: (role: Role) => void;
  label?: string;
  bare?: boolean;
  wide?: boolean;
}) {
  const { roles } = useSession();
  const options = roles.map(({ role, name, description }) => ({
    value: role,
    label: name,
    about: description,
  }));
  return <Select {...{ options, value, onChange, label, bare, wide }} />;
}
