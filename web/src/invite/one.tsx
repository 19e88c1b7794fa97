import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { InviteeInput, Role } from "#generated/operations";
import { RoleSelect } from "../member/role-select";
import { useRoleName } from "../shell/session";
import { Button } from "../ui/button";
import { Buttons, EmailField, Form, TextField } from "../ui/field";
import { Card } from "../ui/page";
import styles from "./invite.module.css";
import { inviteeOf } from "./invitee";
import { isAddress, keyOf } from "./list/address";
import { foreseen } from "./outcome";
import { OutcomeList } from "./outcome-list";
import { usePreview } from "./use-preview";
import { useManaged, WorkspaceChoices } from "./workspaces";

type Props = {
  role: Role;
  onRole: (role: Role) => void;
  chosen: string[];
  onChosen: (ids: string[]) => void;
  problem: Parameters<typeof Form>[0]["problem"];
  busy: boolean;
  onSend: (invitees: InviteeInput[]) => void;
};

/** A form for one person, with a preview of the outcome next to it. */
export function OnePerson({ role, onRole, chosen, onChosen, problem, busy, onSend }: Props) {
  const [params] = useSearchParams();
  const [email, setEmail] = useState(params.get("email") ?? "");
  const managed = useManaged();
  const roleName = useRoleName();
  const asked = useMemo(() => {
    const person = { email, firstName: "", lastName: "" };
    return isAddress(email) ? [inviteeOf(person, role)] : [];
  }, [email, role]);
  const preview = usePreview(asked, chosen);
  const outcomes = asked.length ? preview.outcomes.get(keyOf(email)) : undefined;
  const send = ({ firstName = "", lastName = "" }) =>
    onSend([inviteeOf({ email, firstName: firstName.trim(), lastName: lastName.trim() }, role)]);
  return (
    <div className={styles.columns}>
      <Card>
        <Form problem={problem ?? preview.problem} onSend={send}>
          <EmailField
            name="email"
            label="Email"
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            required
          />
          <div className={styles.names}>
            <TextField name="firstName" label="First name" autoComplete="off" optional />
            <TextField name="lastName" label="Last name" autoComplete="off" optional />
          </div>
          <RoleSelect value={role} onChange={onRole} />
          <WorkspaceChoices
            legend={managed.length > 1 ? "Workspaces" : "Workspace"}
            workspaces={managed}
            chosen={chosen}
            onChange={onChosen}
          />
          <Buttons>
            <Button type="submit" look="primary" busy={busy} disabled={chosen.length === 0}>
              Invite
            </Button>
          </Buttons>
        </Form>
      </Card>
      <Card title="What will happen">
        {!outcomes && (
          <p className="muted">
            Enter an email address. People with an account are added immediately; everyone else gets
            an invitation by email.
          </p>
        )}
        {outcomes && (
          <OutcomeList live outcomes={outcomes} text={(outcome) => foreseen(outcome, roleName)} />
        )}
      </Card>
    </div>
  );
}
