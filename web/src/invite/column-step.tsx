import { useState } from "react";
import { Button } from "../ui/button";
import { Buttons, Checkbox } from "../ui/field";
import { Select } from "../ui/select";
import { type Column, DataTable } from "../ui/table";
import styles from "./invite.module.css";
import { type IsRole, USES, type Use } from "./list/columns";
import { type List, takeHeader, withoutHeader } from "./list/read";
import type { Choice } from "./source";

const LABELS: Record<Use, string> = {
  email: "Email",
  firstName: "First name",
  lastName: "Last name",
  name: "Full name",
  role: "Role",
  status: "Account status",
  blocked: "Blocked (yes or no)",
  none: "Don’t import",
};

export const labelOf = (use: Use) => LABELS[use];

/** The number of sample rows that are shown for each column. */
const FIRST = 4;

/** A step in which the user matches the columns of a list, next to their first cells. */
export function ColumnStep({
  list: asked,
  uses: before,
  isRole,
  onChoose,
}: {
  list: List;
  uses: readonly Use[];
  isRole: IsRole;
  onChoose: (choice: Choice) => void;
}) {
  const [hasHeader, setHasHeader] = useState(asked.header !== undefined);
  const [uses, setUses] = useState(before);
  const withHeader = (on: boolean) =>
    on ? takeHeader(asked, isRole) : withoutHeader(asked, isRole);
  const list = withHeader(hasHeader);
  const toggle = (on: boolean) => {
    setHasHeader(on);
    setUses(withHeader(on).columns.uses);
  };
  const problem = problemWith(uses);
  const rows = uses.map((use, column) => ({ use, column }));
  const name = (column: number) => list.header?.cells[column]?.trim() || `Column ${column + 1}`;
  const columns: Column<(typeof rows)[number]>[] = [
    {
      id: "column",
      header: "Column",
      narrow: "title",
      cell: ({ column }) => <bdi>{name(column)}</bdi>,
    },
    {
      id: "first",
      header: "First rows",
      cell: ({ column }) => (
        <ul className={styles.cells}>
          {list.rows.slice(0, FIRST).map(({ line, cells }) => (
            <li key={line}>
              <bdi className="muted">{shortened(cells[column] ?? "") || "–"}</bdi>
            </li>
          ))}
        </ul>
      ),
    },
    {
      id: "use",
      header: "Import as",
      cell: ({ use, column }) => (
        <Select
          bare
          label={`Import “${name(column)}” as`}
          value={use}
          options={USES.map((value) => ({ value, label: labelOf(value) }))}
          onChange={(next) => setUses(uses.map((each, index) => (index === column ? next : each)))}
        />
      ),
    },
  ];
  return (
    <section className={styles.step} aria-label="Columns">
      <h2>Match the columns</h2>
      <p className="muted">Each row of the list is one person. These are the first rows.</p>
      <Checkbox checked={hasHeader} onCheckedChange={toggle}>
        The first row contains column names
      </Checkbox>
      <DataTable
        label="Columns"
        columns={columns}
        rows={rows}
        rowId={({ column }) => String(column)}
      />
      <p role="status">{problem}</p>
      <Buttons>
        <Button
          look="primary"
          disabled={problem !== ""}
          onClick={() => onChoose({ hasHeader, uses })}
        >
          Use these columns
        </Button>
        {list.hasOnlyAddresses && (
          <Button onClick={() => onChoose("addresses")}>Invite every address</Button>
        )}
      </Buttons>
    </section>
  );
}

const LONGEST = 60;
const shortened = (text: string) =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text.trim();

/** Returns why a list cannot be imported with these uses; empty if it can. */
function problemWith(uses: readonly Use[]): string {
  if (!uses.includes("email")) return "Choose the column that has the email addresses.";
  const twice = uses.find((use, column) => use !== "none" && uses.indexOf(use) !== column);
  if (twice) return `“${labelOf(twice)}” is chosen for more than one column.`;
  if (uses.includes("name") && (uses.includes("firstName") || uses.includes("lastName"))) {
    return "Choose either the full name, or first and last name.";
  }
  return "";
}
