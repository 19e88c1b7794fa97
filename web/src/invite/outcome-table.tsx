import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { ForeseenFragment, InviteeInput, InviteResult } from "#generated/operations";
import { type RoleName, useRoleName } from "../shell/session";
import { Button } from "../ui/button";
import { Badge } from "../ui/elements";
import { type Column, DataTable } from "../ui/table";
import styles from "./invite.module.css";
import { keyOf } from "./list/address";
import { foreseen, happened, outcomeText, RESULTS } from "./outcome";

/** The number of rows that are shown at first. "Show more" adds four times as many. */
const SHOWN = 50;

/** A row of the table: a person, with an outcome for each workspace. */
export type Line = {
  key: string;
  email: string;
  name: string;
  role: string;
  outcomes: readonly Pick<
    ForeseenFragment,
    "result" | "workspace" | "membership" | "error" | "email"
  >[];
};

/** Returns the rows for people who were invited or will be. */
export const linesOf = (
  invitees: readonly InviteeInput[],
  outcomes: ReadonlyMap<string, Line["outcomes"]>,
  roleName: RoleName,
): Line[] =>
  invitees.map((invitee) => ({
    key: keyOf(invitee.email),
    email: invitee.email,
    name: `${invitee.firstName ?? ""} ${invitee.lastName ?? ""}`.trim(),
    role: roleName(invitee.role),
    outcomes: outcomes.get(keyOf(invitee.email)) ?? [],
  }));

const rowId = (line: Line) => line.key;

/** A table of outcomes with a filter by result. `done` means that invitations have been sent. */
export function OutcomeTable({
  label,
  lines,
  done,
  onDrop,
}: {
  label: string;
  lines: readonly Line[];
  done?: boolean;
  /** Removes a person from the list. */
  onDrop?: (key: string) => void;
}) {
  const [only, setOnly] = useState<InviteResult>();
  const [shown, setShown] = useState(SHOWN);
  const has = (line: Line, result: InviteResult) =>
    line.outcomes.some((outcome) => outcome.result === result);
  const counts = RESULTS.map((result) => ({
    result,
    count: lines.filter((line) => has(line, result)).length,
  })).filter(({ count }) => count > 0);
  const chosen = only && counts.some(({ result }) => result === only) ? only : undefined;
  const fitting = chosen ? lines.filter((line) => has(line, chosen)) : lines;
  const columns = useColumns(done === true, onDrop);
  return (
    <>
      {counts.length > 1 && (
        <fieldset className={styles.filters}>
          <legend className="visually-hidden">Show only</legend>
          <button
            type="button"
            className={styles.filter}
            aria-pressed={!chosen}
            onClick={() => setOnly(undefined)}
          >
            All {lines.length.toLocaleString("en")}
          </button>
          {counts.map(({ result, count }) => (
            <button
              key={result}
              type="button"
              className={styles.filter}
              aria-pressed={chosen === result}
              onClick={() => setOnly(result)}
            >
              {outcomeText({ result })[done ? "done" : "ahead"]} {count.toLocaleString("en")}
            </button>
          ))}
        </fieldset>
      )}
      <DataTable label={label} columns={columns} rows={fitting.slice(0, shown)} rowId={rowId} />
      {fitting.length > shown && (
        <div className={styles.more}>
          <Button wide onClick={() => setShown(shown + 4 * SHOWN)}>
            Show more of {fitting.length.toLocaleString("en")}
          </Button>
        </div>
      )}
    </>
  );
}

function useColumns(done: boolean, onDrop: ((key: string) => void) | undefined): Column<Line>[] {
  const roleName = useRoleName();
  return useMemo(() => {
    const columns: (Column<Line> | false)[] = [
      {
        id: "person",
        header: "Person",
        narrow: "title",
        cell: (line) => (
          <span className={styles.person}>
            <bdi>{line.email}</bdi>
            {line.name && <bdi className="muted">{line.name}</bdi>}
          </span>
        ),
      },
      { id: "role", header: "Role", nowrap: true, cell: (line) => line.role },
      {
        id: "outcome",
        header: done ? "Outcome" : "What will happen",
        cell: (line) => (
          <span className={styles.perWorkspace}>
            {line.outcomes.map((outcome) => (
              <span key={outcome.workspace.id} className={styles.oneWorkspace}>
                <Badge tone={outcomeText(outcome).tone}>
                  {(done ? happened : foreseen)(outcome, roleName)}
                </Badge>
                <bdi className="muted">{outcome.workspace.name}</bdi>
                {outcome.error && <span className="muted">{outcome.error.message}</span>}
              </span>
            ))}
          </span>
        ),
      },
      onDrop !== undefined && {
        id: "drop",
        header: "Actions",
        end: true,
        cell: (line) => (
          <Button
            look="quiet"
            icon
            aria-label={`Remove ${line.email}`}
            onClick={() => onDrop(line.key)}
          >
            <Trash2 aria-hidden="true" size={16} />
          </Button>
        ),
      },
    ];
    return columns.filter((column) => column !== false);
  }, [done, onDrop, roleName]);
}
