import { Search } from "lucide-react";
import type { Ref } from "react";
import type { Role } from "#generated/operations";
import { useCurrentWorkspace, useSession } from "../shell/session";
import { Button } from "../ui/button";
import { Select } from "../ui/select";
import { useDebounced } from "../ui/use-debounced";
import styles from "./team.module.css";
import { isNarrowed, NO_FILTER, type Status, type View } from "./view";

/** The delay in milliseconds between the last keystroke and the search. */
const PAUSE = 120;

const STATUSES: { value: Status | "ANY"; label: string; about?: string }[] = [
  { value: "ANY", label: "Any status" },
  { value: "ACTIVE", label: "Active" },
  { value: "INVITED", label: "Invited", about: "Including expired" },
  { value: "EXPIRED", label: "Invite expired" },
];

/** The search field and the filters of the member table. */
export function Tools({
  view,
  change,
  search,
}: {
  view: View;
  change: (part: Partial<View>) => void;
  search: Ref<HTMLInputElement>;
}) {
  const { roles } = useSession();
  const review = useCurrentWorkspace().can("TEAM_REVIEW");
  const options: { value: Role | "ANY"; label: string }[] = [
    { value: "ANY", label: "Any role" },
    ...roles.map(({ role, name }) => ({ value: role, label: name })),
  ];
  return (
    <search className={styles.tools}>
      <SearchField value={view.search} onChange={(text) => change({ search: text })} ref={search} />
      <Select
        bare
        label="Role"
        value={view.role ?? "ANY"}
        options={options}
        onChange={(role) => change({ role: role === "ANY" ? undefined : role })}
      />
      <Select
        bare
        label="Status"
        value={view.status ?? "ANY"}
        options={STATUSES.filter(({ value }) => review || value !== "EXPIRED")}
        onChange={(status) => change({ status: status === "ANY" ? undefined : status })}
      />
      {isNarrowed(view) && (
        <Button look="quiet" onClick={() => change(NO_FILTER)}>
          Clear
        </Button>
      )}
    </search>
  );
}

function SearchField({
  value,
  onChange,
  ref,
}: {
  value: string;
  onChange: (text: string) => void;
  ref: Ref<HTMLInputElement>;
}) {
  const [text, setText] = useDebounced(value, onChange, PAUSE);
  return (
    <div className={styles.search}>
      <Search aria-hidden="true" />
      <input
        ref={ref}
        type="search"
        aria-label="Search by name or email"
        aria-keyshortcuts="/"
        placeholder="Search by name or email"
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <kbd>/</kbd>
    </div>
  );
}
