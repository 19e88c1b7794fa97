import { History as Clock } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { Link } from "react-router";
import { type AuditEventKind, type AuditOutcome, HistoryDocument } from "#generated/operations";
import { isBadInput } from "../api/problem";
import { useRead } from "../api/read";
import { usePreviousPage } from "../api/use-previous";
import { type RoleName, useCurrentWorkspace, useRoleName } from "../shell/session";
import { NoAnswer, OutOfDate } from "../shell/states";
import { Button, ButtonLink } from "../ui/button";
import { Badge, Empty } from "../ui/elements";
import { Card, Page } from "../ui/page";
import { Select } from "../ui/select";
import { type Column, DataTable } from "../ui/table";
import { Time } from "../ui/time";
import { useTop } from "../ui/top";
import { useDebounced } from "../ui/use-debounced";
import styles from "./history.module.css";
import { detailOf, type Event, KIND_OPTIONS, verbOf } from "./kinds";
import { PersonFilter } from "./person-filter";
import { useView, type View, variables, write } from "./view";

const rowId = (event: Event) => event.id;

/** The access history page: all access changes in the workspace, including denied attempts. */
export default function History() {
  const current = useCurrentWorkspace();
  const [view, change] = useView();
  const read = useRead(HistoryDocument, variables(view, current.id));
  const found = read.data?.workspace?.accessHistory;
  const { shown, stale } = usePreviousPage(found, view);
  // If the cursor or the person is invalid, the page loads again without them.
  const isNarrow = Boolean(view.after || view.actor || view.subject);
  // A repeated response, from the cache, has neither data nor an error.
  const isLost = isNarrow && (read.error ? isBadInput(read.error) : read.settled && !found);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each invalid URL
  useEffect(() => {
    if (isLost) change({ actor: undefined, subject: undefined });
  }, [isLost]);
  const card = useRef<HTMLElement>(null);
  useTop(card, view.after);
  const roleName = useRoleName();
  const columns = useMemo(() => columnsFor(roleName), [roleName]);
  if (read.error && !shown && !isLost) return <NoAnswer error={read.error} retry={read.again} />;
  const endCursor = shown?.pageInfo.hasNextPage ? shown.pageInfo.endCursor : undefined;
  return (
    <Page title="Access history" lead="All access changes, including denied attempts">
      <Card flush ref={card}>
        <Tools view={view} change={change} />
        {read.error && !isLost && <OutOfDate error={read.error} retry={read.again} />}
        {shown?.nodes.length === 0 ? (
          <Empty icon={Clock} title="No matching events" actions={<ClearFilters change={change} />}>
            Try different filters.
          </Empty>
        ) : (
          <DataTable
            label="Access history"
            columns={columns}
            rows={shown?.nodes}
            rowId={rowId}
            stale={stale}
          />
        )}
        {(view.after || endCursor) && (
          <nav aria-label="Pages" className={styles.pages}>
            {view.after && (
              <ButtonLink to={`?${write({ ...view, after: undefined })}`}>Latest</ButtonLink>
            )}
            {endCursor && (
              <ButtonLink to={`?${write({ ...view, after: endCursor })}`}>Older</ButtonLink>
            )}
          </nav>
        )}
      </Card>
    </Page>
  );
}

const NO_FILTER: Partial<View> = {
  kind: undefined,
  outcome: undefined,
  actor: undefined,
  subject: undefined,
  from: undefined,
  until: undefined,
};

const ClearFilters = ({ change }: { change: (part: Partial<View>) => void }) => (
  <Button onClick={() => change(NO_FILTER)}>Clear filters</Button>
);

const OUTCOMES: { value: AuditOutcome | "ANY"; label: string }[] = [
  { value: "ANY", label: "Any result" },
  { value: "DONE", label: "Succeeded" },
  { value: "REFUSED", label: "Denied" },
];
const KINDS: { value: AuditEventKind | "ANY"; label: string }[] = [
  { value: "ANY", label: "Any event" },
  ...KIND_OPTIONS,
];

function Tools({ view, change }: { view: View; change: (part: Partial<View>) => void }) {
  const narrowed = Object.keys(NO_FILTER).some((key) => view[key as keyof View]);
  return (
    <search className={styles.tools}>
      <PersonFilter view={view} change={change} />
      <Select
        bare
        label="Event"
        value={view.kind ?? "ANY"}
        options={KINDS}
        onChange={(kind) => change({ kind: kind === "ANY" ? undefined : kind })}
      />
      <Select
        bare
        label="Result"
        value={view.outcome ?? "ANY"}
        options={OUTCOMES}
        onChange={(outcome) => change({ outcome: outcome === "ANY" ? undefined : outcome })}
      />
      <Day label="From" value={view.from} onChange={(from) => change({ from })} />
      <Day label="To" value={view.until} onChange={(until) => change({ until })} />
      {narrowed && (
        <Button look="quiet" onClick={() => change(NO_FILTER)}>
          Clear
        </Button>
      )}
    </search>
  );
}

/** The delay in milliseconds before a typed date applies: a year is typed digit by digit. */
const PAUSE = 500;

function Day({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}) {
  const [text, setText] = useDebounced(value ?? "", (day) => onChange(day || undefined), PAUSE);
  return (
    <label className={styles.day}>
      {label}
      <input
        type="date"
        className={styles.input}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

const columnsFor = (roleName: RoleName): Column<Event>[] => [
  { id: "at", header: "Time", nowrap: true, cell: (event) => <Time at={event.at} /> },
  {
    id: "what",
    header: "Event",
    narrow: "title",
    cell: (event) => (
      <span className={styles.what}>
        <Who label={event.actor} to={{ actor: event.actorId ?? undefined }} /> {verbOf(event)}{" "}
        {event.subjectId !== event.actorId && (
          <Who label={event.subject} to={{ subject: event.subjectId ?? undefined }} />
        )}{" "}
        <bdi className="muted">{detailOf(event, roleName)}</bdi>{" "}
        {event.outcome === "REFUSED" && <Badge tone="danger">{refusedText(event)}</Badge>}
      </span>
    ),
  },
  {
    id: "from",
    header: "IP address",
    nowrap: true,
    cell: (event) => (
      <span className="muted" title={event.requestId ? `Request ${event.requestId}` : undefined}>
        {event.address ?? "–"}
      </span>
    ),
  },
];

/** Returns the text of a denied entry. Attempts repeated within an hour share one entry. */
const refusedText = ({ count }: Event) => ((count ?? 1) > 1 ? `Denied ${count} times` : "Denied");

/** A link from a person in an entry to the history filtered by that person. */
function Who({ label, to }: { label: string | null; to: Partial<View> }) {
  if (!label) return null;
  // The name and email at the time of the event: `Ana Silva <ana@acme.example>`.
  const [name] = label.split(" <", 1);
  return (
    <Link to={`?${write(to)}`} className={styles.name} title={`Show events for ${label}`}>
      <bdi>{name}</bdi>
    </Link>
  );
}
