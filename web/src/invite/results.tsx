import { useEffect, useMemo, useRef } from "react";
import type { InviteeInput, InviteResult, OutcomeFragment } from "#generated/operations";
import { useHere, useRoleName, useSession } from "../shell/session";
import { Button, ButtonLink } from "../ui/button";
import { Buttons } from "../ui/field";
import { Notice } from "../ui/notice";
import { Card } from "../ui/page";
import styles from "./invite.module.css";
import { linesOf, OutcomeTable } from "./outcome-table";
import { keyOf, type Reading } from "./people";
import { Unread } from "./unread";
import { byPerson } from "./use-preview";

/** What came of inviting: each person and workspace, and what to do about those who failed. */
export function Results({
  outcomes,
  invitees,
  unread,
  onMore,
  onRetry,
}: {
  outcomes: readonly OutcomeFragment[];
  invitees: readonly InviteeInput[];
  unread: Reading["unread"];
  onMore: () => void;
  /** Goes back to the form with those who failed, and what was not understood. */
  onRetry: (failed: InviteeInput[]) => void;
}) {
  const here = useHere();
  const told = useRef<HTMLParagraphElement>(null);
  // The button that was pressed is gone: what came of it is read out, and the work goes on there.
  useEffect(() => told.current?.focus(), []);
  const roleName = useRoleName();
  const { service } = useSession();
  const grouped = useMemo(() => byPerson(outcomes), [outcomes]);
  const reached = invitees.filter(({ email }) => grouped.has(keyOf(email)));
  const lines = linesOf(reached, grouped, roleName);
  // People, not places: whoever was invited to two workspaces was invited once.
  const count = (...results: InviteResult[]) =>
    [...grouped.values()].filter((each) => each.some(({ result }) => results.includes(result)))
      .length;
  const failed = invitees.filter(({ email }) =>
    grouped.get(keyOf(email))?.some(({ result }) => result === "FAILED"),
  );
  const done = count("INVITED") + count("ADDED") > 0;
  return (
    <div className={styles.main}>
      <Notice tone={failed.length || unread.length ? "warn" : "good"}>
        <p ref={told} tabIndex={-1}>
          {summary(count)}
        </p>
      </Notice>
      {unread.length > 0 && <Unread lines={unread} what="not understood, and left out" />}
      {count("INVITED") > 0 && service?.sendsMail === false && (
        <Notice tone="warn">
          <p>
            No mail server is configured: the mails are kept in the{" "}
            <a href="/mailbox">local mailbox</a>, and nobody gets them.
          </p>
        </Notice>
      )}
      <Card flush title="Outcomes">
        <OutcomeTable label="Outcomes" lines={lines} done />
      </Card>
      <Buttons>
        <ButtonLink to={here.path("team")} look={done ? "primary" : "plain"}>
          Go to the team
        </ButtonLink>
        <Button onClick={onMore}>Invite more people</Button>
        {failed.length + unread.length > 0 && (
          <Button onClick={() => onRetry(failed)}>
            {failed.length ? "Correct those who failed" : "Correct what was left out"}
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
    [count("ADDED"), "added at once"],
    [already, "already there"],
    [count("FAILED"), "failed"],
  ] as const;
  const told = parts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number.toLocaleString("en")} ${what}`);
  return `${told.join(", ")}.`;
}
