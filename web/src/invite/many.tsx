import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { InviteeInput, InviteResult, Role } from "#generated/operations";
import { RoleSelect } from "../member/role-select";
import { useRoleName } from "../shell/session";
import { Button } from "../ui/button";
import { Buttons, Form } from "../ui/field";
import { Card } from "../ui/page";
import { ColumnStep } from "./column-step";
import { Found, howMany } from "./found";
import styles from "./invite.module.css";
import { inviteeOf } from "./invitee";
import { keyOf } from "./list/address";
import type { Fault } from "./list/rows";
import { writeList } from "./list/write";
import { linesOf, OutcomeTable } from "./outcome-table";
import type { Source } from "./source";
import { SourceField } from "./source-field";
import { type Reading, useList } from "./use-list";
import { usePreview } from "./use-preview";
import { useManaged, WorkspaceChoices } from "./workspaces";

/** The rest of a list that was not invited, for correction. */
export type Rest = {
  faults: readonly Fault[];
  /** Returns a list, as text, of the failed people and the skipped lines. */
  rewrite: (failed: readonly InviteeInput[]) => string;
};

type Props = {
  role: Role;
  onRole: (role: Role) => void;
  chosen: string[];
  onChosen: (ids: string[]) => void;
  source: Source;
  onSource: (source: Source) => void;
  problem: Parameters<typeof Form>[0]["problem"];
  busy: boolean;
  onSend: (invitees: InviteeInput[], rest: Rest) => void;
};

const NO_PEOPLE: never[] = [];

/** A form for pasted addresses or a CSV file, with a preview of the outcomes. */
export function ManyPeople(props: Props) {
  const { role, onRole, chosen, onChosen, source, onSource, problem, busy, onSend } = props;
  const managed = useManaged();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  // Deferred, since parsing a long list on each keystroke would block typing.
  const settled = useDeferredValue(source);
  const { reading, isRole, shape, setAsking } = useList(settled);
  const found = useRef<HTMLParagraphElement>(null);
  // Matching the columns removes the focused button. The focus moves to the number of people found
  // once it is rendered.
  const hasChosen = useRef(false);
  useEffect(() => {
    if (!hasChosen.current || !reading.people) return;
    hasChosen.current = false;
    found.current?.focus();
  }, [reading.people]);
  const listed = reading.people?.people ?? NO_PEOPLE;
  const people = useMemo(
    () => listed.filter(({ email }) => !left.has(keyOf(email))),
    [listed, left],
  );
  const invitees = useMemo(() => people.map((each) => inviteeOf(each, role)), [people, role]);
  const preview = usePreview(invitees, chosen);
  const roleName = useRoleName();
  const lines = linesOf(invitees, preview.outcomes, roleName);
  const drop = useCallback((key: string) => setLeft((before) => new Set(before).add(key)), []);
  const foresees = ({ email }: InviteeInput, ...results: InviteResult[]) =>
    preview.outcomes.get(keyOf(email))?.some(({ result }) => results.includes(result)) ?? true;
  const fresh = invitees.filter((each) => foresees(each, "INVITED", "ADDED"));
  // People who cannot be invited are sent too, so that the results list them.
  const sent = invitees.filter((each) => foresees(each, "INVITED", "ADDED", "FAILED"));
  const ready = settled === source && fresh.length > 0 && chosen.length > 0;
  return (
    <div className={styles.main}>
      <Card>
        <Form problem={problem ?? preview.problem} onSend={() => onSend(sent, restOf(reading))}>
          <SourceField
            source={source}
            onSource={(next) => {
              if (next.file) setLeft(new Set());
              onSource(next);
            }}
          />
          {reading.asks && (
            <ColumnStep
              key={JSON.stringify(reading.list.header?.cells ?? reading.list.width)}
              list={reading.list}
              uses={reading.uses}
              isRole={isRole}
              onChoose={(choice) => {
                onSource({ ...source, chosen: { shape, choice } });
                setAsking(false);
                hasChosen.current = true;
              }}
            />
          )}
          <Found
            ref={found}
            reading={reading}
            left={listed.length - people.length}
            onPutBack={() => setLeft(new Set())}
            onAsk={() => setAsking(true)}
          />
          <div className={styles.names}>
            <RoleSelect value={role} onChange={onRole} label="Default role" />
            <p className="muted">{defaultsText(reading)}</p>
          </div>
          <WorkspaceChoices
            legend={managed.length > 1 ? "Workspaces" : "Workspace"}
            workspaces={managed}
            chosen={chosen}
            onChange={onChosen}
          />
          <Buttons>
            <Button type="submit" look="primary" busy={busy || preview.busy} disabled={!ready}>
              {ready ? `Invite ${howMany(fresh.length)}` : "Invite"}
            </Button>
          </Buttons>
        </Form>
      </Card>
      {invitees.length > 0 && (
        <Card flush title="Preview">
          <OutcomeTable label="Preview" lines={lines} onDrop={drop} />
        </Card>
      )}
    </div>
  );
}

/** Returns the hint that says to how many people the default role applies. */
function defaultsText({ people }: Reading): string {
  if (!people?.people.length) return "";
  const without = people.people.filter(({ role }) => !role).length;
  return without === 0
    ? "Not used: the list has a role for each person."
    : `For ${howMany(without)} without a role in the list.`;
}

function restOf({ list, uses, people }: Reading): Rest {
  const faults = people?.faults ?? [];
  return {
    faults,
    rewrite: (failed) => {
      const keys = new Set(failed.map(({ email }) => keyOf(email)));
      const rows = people?.people.filter(({ email }) => keys.has(keyOf(email))) ?? [];
      return writeList(list, uses, [...rows.map(({ row }) => row), ...faults]);
    },
  };
}
