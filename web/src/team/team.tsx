import { SearchX, UserPlus } from "lucide-react";
import { useCallback, useMemo, useRef } from "react";
import { useNavigate } from "react-router";
import { useQuery } from "urql";
import { MembersDocument } from "#generated/operations";
import { useFresh } from "../api/fresh";
import { useKept } from "../api/kept";
import { useKey } from "../shell/keys";
import { useHere } from "../shell/session";
import { NoAnswer } from "../shell/states";
import { Empty } from "../ui/bits";
import { Button, ButtonLink } from "../ui/button";
import { Card, Page } from "../ui/page";
import { DataTable, type Sorting } from "../ui/table";
import { columnsFor, type Row } from "./columns";
import { Figures } from "./figures";
import styles from "./team.module.css";
import { Tools } from "./tools";
import {
  FIELDS,
  isNarrowed,
  NO_FILTER,
  nameOf,
  neighbours,
  PAGE_SIZE,
  useView,
  type View,
  variables,
} from "./view";

const rowId = (member: Row) => member.id;

/** Who can get into the workspace: figures, search, filters, and a row for each member. */
export default function Team() {
  const here = useHere();
  const navigate = useNavigate();
  const search = useRef<HTMLInputElement>(null);
  const invites = here.can("TEAM_MANAGE");
  const invite = useCallback(
    () => invites && navigate(here.path("invite")),
    [invites, here, navigate],
  );
  useKey("i", invite);
  useKey(
    "/",
    useCallback(() => search.current?.focus(), []),
  );
  return (
    <Page
      title="Team"
      lead={
        <>
          Who can get into <bdi>{here.name}</bdi>
        </>
      }
      actions={
        invites && (
          <ButtonLink to={here.path("invite")} look="primary" aria-keyshortcuts="i">
            <UserPlus aria-hidden="true" size={18} />
            Invite people
          </ButtonLink>
        )
      }
    >
      <Figures />
      <Members search={search} />
    </Page>
  );
}

function Members({ search }: { search: React.RefObject<HTMLInputElement | null> }) {
  const here = useHere();
  const review = here.can("TEAM_REVIEW");
  const [view, change] = useView(review);
  const [{ data, error, fetching, stale }, again] = useQuery({
    query: MembersDocument,
    variables: variables(view, here.id, review),
  });
  useFresh(again);
  const found = data?.workspace?.members;
  const shown = useKept(found);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what may be seen, not the object
  const columns = useMemo(() => columnsFor(here), [here.id, here.role]);
  if (error && !shown) return <NoAnswer error={error} retry={() => again()} />;
  const sort = ({ id, desc }: Sorting) => {
    const field = FIELDS[id];
    if (field) change({ order: { field, direction: desc ? "DESC" : "ASC" } });
  };
  const none = found && found.nodes.length === 0;
  return (
    <Card flush>
      <Tools view={view} change={change} search={search} />
      {none ? (
        <NobodyFound view={view} change={change} />
      ) : (
        <DataTable
          label="Members"
          columns={columns}
          rows={shown?.nodes}
          rowId={rowId}
          sorting={sortingOf(view)}
          onSort={sort}
          stale={!found && (fetching || stale)}
        />
      )}
      {shown && !none && <Pages view={view} shown={shown} />}
      {found?.totalCount === 1 && !isNarrowed(view) && here.can("TEAM_MANAGE") && <Alone />}
    </Card>
  );
}

function Alone() {
  const here = useHere();
  return (
    <Empty
      icon={UserPlus}
      title="Nobody else is here yet"
      actions={
        <ButtonLink to={here.path("invite")} look="primary">
          Invite your team
        </ButtonLink>
      }
    >
      Invite people one by one, or paste a whole list. A second Workspace Admin is a good start: one
      of you can then always manage the team.
    </Empty>
  );
}

const sortingOf = ({ order }: View): Sorting => ({
  id: nameOf(order.field),
  desc: order.direction === "DESC",
});

function NobodyFound({ view, change }: { view: View; change: (part: Partial<View>) => void }) {
  const here = useHere();
  const invite = here.can("TEAM_MANAGE") && view.search.includes("@");
  return (
    <Empty
      icon={SearchX}
      title="Nobody found"
      actions={
        <>
          <Button onClick={() => change(NO_FILTER)}>Show everybody</Button>
          {invite && (
            <ButtonLink
              look="primary"
              to={here.path(`invite?email=${encodeURIComponent(view.search)}`)}
            >
              Invite <bdi>{view.search}</bdi>
            </ButtonLink>
          )}
        </>
      }
    >
      No member fits the search and the filters.
    </Empty>
  );
}

type Shown = {
  totalCount: number;
  nodes: readonly unknown[];
  pageInfo: Parameters<typeof neighbours>[1];
};

function Pages({ view, shown }: { view: View; shown: Shown }) {
  const { previous, next } = neighbours(view, shown.pageInfo);
  const from = (view.page - 1) * PAGE_SIZE + 1;
  const count = shown.totalCount.toLocaleString("en");
  const range = `${from.toLocaleString("en")}–${(from + shown.nodes.length - 1).toLocaleString("en")}`;
  return (
    <div className={styles.pages}>
      <output>
        {previous || next
          ? `${range} of ${count}`
          : `${count} ${shown.totalCount === 1 ? "member" : "members"}`}
      </output>
      {(previous || next) && (
        <nav aria-label="Pages">
          <Step to={previous}>Previous</Step>
          <Step to={next}>Next</Step>
        </nav>
      )}
    </div>
  );
}

const Step = ({ to, children }: { to: string | undefined; children: string }) =>
  to ? <ButtonLink to={to}>{children}</ButtonLink> : <Button disabled>{children}</Button>;
