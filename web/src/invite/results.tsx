import { useEffect, useMemo, useRef } from "react";
import type { InviteeInput, InviteResult, OutcomeFragment } from "#generated/operations";
import { useCurrentWorkspace, useRoleName, useSession } from "../shell/session";
import { Button, ButtonLink } from "../ui/button";
import { Buttons } from "../ui/field";
import { Notice } from "../ui/notice";
import { Card } from "../ui/page";
import { Faults } from "./faults";
import styles from "./invite.module.css";
import { keyOf } from "./list/address";
import type { Fault } from "./list/rows";
import { linesOf, OutcomeTable } from "./outcome-table";
import { byPerson } from "./use-preview";

/** The outcomes for each person and workspace, with a button to fix failed invitations. */
export function Results({
  outcomes,
  invitees,
  faults,
  onMore,
  onRetry,
}: {
  outcomes: readonly OutcomeFragment[];
  invitees: readonly InviteeInput[];
  faults: readonly Fault[];
  onMore: () => void;
  /** Returns to the form with the failed people and the skipped lines. */
  onRetry: (failed: InviteeInput[]) => void;
}) {
  const current = useCurrentWorkspace();
  const summaryRef = useRef<HTMLParagraphElement>(null);
  // The submit button is gone. Focusing the summary makes screen readers announce it.
  useEffect(() => summaryRef.current?.focus(), []);
  const roleName = useRoleName();
  const { service } = useSession();
  const grouped = useMemo(() => byPerson(outcomes), [outcomes]);
  const reached = invitees.filter(({ email }) => grouped.has(keyOf(email)));
  const lines = linesOf(reached, grouped, roleName);
  // Counts people, not memberships: a person who was invited to two workspaces counts once.
  const count = (...results: InviteResult[]) =>
    [...grouped.values()].filter((each) => each.some(({ result }) => results.includes(result)))
      .length;
  const failed = invitees.filter(({ email }) =>
    grouped.get(keyOf(email))?.some(({ result }) => result === "FAILED"),
  );
  const done = count("INVITED") + count("ADDED") > 0;
  return (
    <div className={styles.main}>
      <Notice tone={failed.length || faults.length ? "warn" : "good"}>
        <p ref={summaryRef} tabIndex={-1}>
          {summary(count)}
        </p>
      </Notice>
      {faults.length > 0 && <Faults faults={faults} />}
      {count("INVITED") > 0 && service?.sendsMail === false && (
        <Notice tone="warn">
          <p>
            Email isn’t set up: invitations are only in the <a href="/mailbox">local mailbox</a>.
          </p>
        </Notice>
      )}
      <Card flush title="Outcomes">
        <OutcomeTable label="Outcomes" lines={lines} done />
      </Card>
      <Buttons>
        <ButtonLink to={current.path("team")} look={done ? "primary" : "plain"}>
          Go to the team
        </ButtonLink>
        <Button onClick={onMore}>Invite more people</Button>
        {failed.length + faults.length > 0 && (
          <Button onClick={() => onRetry(failed)}>
            {failed.length ? "Fix failed invitations" : "Fix skipped lines"}
          </Button>
        )}
      </Buttons>
    </div>
  );
}

function summary(count: (...results: InviteResult[]) => number): string {
  const already = count("ALREADY_MEMBER", "ALREADY_INVITED");
  const parts = [
    [count("INVITED"), "invited"],
    [count("ADDED"), "added"],
    [already, "already a member or invited"],
    [count("FAILED"), "failed"],
  ] as const;
  const texts = parts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number.toLocaleString("en")} ${what}`);
  return `${texts.join(", ")}.`;
}
