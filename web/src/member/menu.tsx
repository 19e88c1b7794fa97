import { Fragment, type ReactElement } from "react";
import { Menu, MenuItem, MenuLine } from "../ui/menu";
import { useMemberActions } from "./actions";
import type { Member } from "./member";

/** A menu of a member's actions. Renders nothing if there are none. */
export function MemberMenu({ member, trigger }: { member: Member; trigger: ReactElement }) {
  const { actions, dialogs } = useMemberActions(member);
  if (actions.length === 0) return null;
  const firstDanger = actions.find(({ danger }) => danger);
  return (
    <>
      <Menu trigger={trigger}>
        {actions.map((each) => (
          <Fragment key={each.action}>
            {each === firstDanger && each !== actions[0] && <MenuLine />}
            <MenuItem icon={each.icon} danger={each.danger} onSelect={each.run}>
              {each.label}
            </MenuItem>
          </Fragment>
        ))}
      </Menu>
      {dialogs}
    </>
  );
}
