import { useMemo, useState } from "react";
import { AssignToWorkspacesDocument, type OutcomeFragment, type Role } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { inviteeOf } from "../invite/invitee";
import { keyOf } from "../invite/list/address";
import { foreseen, happened } from "../invite/outcome";
import { OutcomeList } from "../invite/outcome-list";
import { usePreview } from "../invite/use-preview";
import { useManaged, WorkspaceChoices } from "../invite/workspaces";
import { useCurrentWorkspace, useRoleName } from "../shell/session";
import { Button, ButtonLink } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Buttons, Form } from "../ui/field";
import type { DialogProps } from "./dialogs";
import { inSentence } from "./member";
import { RoleSelect } from "./role-select";

/** A dialog that assigns a member to other workspaces that the viewer manages. */
export default function AssignDialog({ member, onClose }: DialogProps) {
  const current = useCurrentWorkspace();
  const others = useManaged().filter(({ id }) => id !== current.id);
  const [chosen, setChosen] = useState<string[]>([]);
  const [role, setRole] = useState<Role>(member.role ?? "GATEWAY_OPERATOR");
  const [outcomes, setOutcomes] = useState<readonly OutcomeFragment[]>();
  const roleName = useRoleName();
  const { email } = member;
  const asked = useMemo(
    () => (email ? [inviteeOf({ email, firstName: "", lastName: "" }, role)] : []),
    [email, role],
  );
  const preview = usePreview(asked, chosen);
  const previewed = (preview.outcomes.get(keyOf(email ?? "")) ?? []).filter(({ workspace }) =>
    chosen.includes(workspace.id),
  );
  const { send, busy, problem } = useForm(AssignToWorkspacesDocument, []);
  const assign = async () => {
    const payload = await send({ input: { membershipId: member.id, workspaceIds: chosen, role } });
    if (payload) setOutcomes(payload.outcomes);
  };
  const title = `Assign ${inSentence(member)} to workspaces`;
  if (others.length === 0) {
    return (
      <Dialog open onClose={onClose} title={title}>
        <p>You don’t manage any other workspaces.</p>
        <Buttons end>
          <Button onClick={onClose}>Close</Button>
          <ButtonLink to="/account#workspaces" look="primary">
            Create a workspace
          </ButtonLink>
        </Buttons>
      </Dialog>
    );
  }
  if (outcomes) {
    return (
      <Dialog open onClose={onClose} title={title}>
        <OutcomeList outcomes={outcomes} text={(outcome) => happened(outcome, roleName)} />
        <Buttons end>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </Buttons>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={title}>
      <Form problem={problem} onSend={assign}>
        <WorkspaceChoices
          legend="Workspaces that you manage"
          workspaces={others}
          chosen={chosen}
          onChange={setChosen}
        />
        <RoleSelect value={role} onChange={setRole} label="Role in these workspaces" />
        <OutcomeList live outcomes={previewed} text={(outcome) => foreseen(outcome, roleName)} />
        <Buttons end>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy} disabled={chosen.length === 0}>
            Assign
          </Button>
        </Buttons>
      </Form>
    </Dialog>
  );
}
