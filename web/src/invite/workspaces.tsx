import type { ViewerMembershipFragment } from "#generated/operations";
import { may, useSession } from "../shell/session";
import { Checkbox } from "../ui/field";
import styles from "./invite.module.css";

/** Returns the workspaces whose team the viewer can manage. */
export function useManaged(): ViewerMembershipFragment["workspace"][] {
  const { memberships, roles } = useSession();
  return memberships
    .filter(({ role }) => may(roles, role, "TEAM_MANAGE"))
    .map(({ workspace }) => workspace);
}

/** A group of checkboxes for workspaces. */
export function WorkspaceChoices({
  legend,
  workspaces,
  chosen,
  onChange,
}: {
  legend: string;
  workspaces: readonly ViewerMembershipFragment["workspace"][];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}) {
  return (
    <fieldset className={styles.choices}>
      <legend>{legend}</legend>
      {workspaces.map(({ id, name }) => (
        <Checkbox
          key={id}
          checked={chosen.includes(id)}
          onCheckedChange={(on) =>
            onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id))
          }
        >
          <bdi>{name}</bdi>
        </Checkbox>
      ))}
    </fieldset>
  );
}
