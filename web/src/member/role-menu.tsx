import { ChevronDown } from "lucide-react";
import { lazy, useState } from "react";
import type { Role } from "#generated/operations";
import { DialogPart } from "../shell/dialog-part";
import { useCurrentWorkspace, useRoleName } from "../shell/session";
import { Menu, MenuChoice } from "../ui/menu";
import { canDo, type Member, nameOf } from "./member";
import styles from "./role-menu.module.css";
import { useRoleOptions } from "./role-select";
import { useChangeRole } from "./use-member-mutations";

const RoleDialog = lazy(async () => ({ default: (await import("./dialogs")).RoleDialog }));

/** A member's role. It is a menu if the viewer may change the role. */
export function RoleMenu({ member }: { member: Member }) {
  const roleName = useRoleName();
  const own = useCurrentWorkspace().membershipId === member.id;
  const options = useRoleOptions();
  const [change] = useChangeRole(member);
  const [asked, setAsked] = useState<Role>();
  const name = roleName(member.role);
  if (!member.role || !canDo(member, "CHANGE_ROLE")) return <span>{name}</span>;
  const choose = (role: Role) => {
    if (role === member.role) return;
    // A dialog explains the consequences of demoting an admin before the change.
    if (member.role === "WORKSPACE_ADMIN" || own) setAsked(role);
    else change(role);
  };
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            className={styles.trigger}
            aria-label={`Role of ${nameOf(member)}: ${name}`}
          >
            {name}
            <ChevronDown aria-hidden="true" />
          </button>
        }
      >
        <MenuChoice label="Role" value={member.role} onChange={choose} options={options} />
      </Menu>
      <DialogPart isOpen={asked !== undefined} onFail={() => setAsked(undefined)}>
        {asked && <RoleDialog member={member} to={asked} onClose={() => setAsked(undefined)} />}
      </DialogPart>
    </>
  );
}
