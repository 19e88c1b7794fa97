import { SearchX, UserPlus } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useNavigate } from "react-router";
import { MembersDocument } from "#generated/operations";
import { isBadInput } from "../api/problem";
import { useRead } from "../api/read";
import { usePreviousPage } from "../api/use-previous";
import { useKey } from "../shell/keys";
import { MailNotice } from "../shell/mail-notice";
import { useCurrentWorkspace } from "../shell/session";
import { NoAnswer, OutOfDate } from "../shell/states";
import { Button, ButtonLink } from "../ui/button";
import { Empty } from "../ui/elements";
import { Card, Page } from "../ui/page";
import { DataTable, type Sorting } from "../ui/table";
import { useTop } from "../ui/top";
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

/** The team page: counts, search, filters, and a table of the members. */
export default function Team() {
  const current = useCurrentWorkspace();
  const navigate = useNavigate();
  const search = useRef<HTMLInputElement>(null);
  const invites = current.can("TEAM_MANAGE");
  const invite = useCallback(
    () => invites && navigate(current.path("invite")),
    [invites, current, navigate],
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
          People with access to <bdi>{current.name}</bdi>
        </>
      }
      actions={
        invites && (
          <ButtonLink to={current.path("invite")} look="primary" aria-keyshortcuts="i">
            <UserPlus aria-hidden="true" size={18} />
            Invite people
          </ButtonLink>
        )
      }
    >
      <MailNotice />
      <Figures />
      <Members search={search} />
    </Page>
  );
}

function Members({ search }: { search: React.RefObject<HTMLInputElement | null> }) {
  const current = useCurrentWorkspace();
  const review = current.can("TEAM_REVIEW");
  const [view, change] = useView(review);
  const read = useRead(MembersDocument, variables(view, current.id, review));
  const found = read.data?.workspace?.members;
  const { shown, stale } = usePreviousPage(found, view);
  // If the page is empty or the server rejects its cursor, go to the first page.
  const isPaged = Boolean(view.after || view.before);
  const isBeyond = isPaged && found?.nodes.length === 0;
  // When the cache serves a rejected read again, there is neither data nor an error.
  const isRefused = read.error ? isBadInput(read.error) : read.settled && !found;
  const isLost = isPaged && (isBeyond || isRefused);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs only when `isLost` changes
  useEffect(() => {
    if (isLost) change({});
  }, [isLost]);
  const card = useRef<HTMLElement>(null);
  useTop(card, view.after ?? view.before);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the workspace and role matter
  const columns = useMemo(() => columnsFor(current), [current.id, current.role]);
  if (read.error && !shown && !isLost) return <NoAnswer error={read.error} retry={read.again} />;
  const sort = ({ id, desc }: Sorting) => {
    const field = FIELDS[id];
    if (field) change({ order: { field, direction: desc ? "DESC" : "ASC" } });
  };
  const none = shown?.nodes.length === 0 && !isBeyond;
  return (
    <Card flush ref={card}>
      <Tools view={view} change={change} search={search} />
      {read.error && !isLost && <OutOfDate error={read.error} retry={read.again} />}
      {none ? (
        <NoMatch view={shown.view} change={change} />
      ) : (
        <DataTable
          label="Members"
          columns={columns}
          rows={shown?.nodes}
          rowId={rowId}
          sorting={sortingOf(view)}
          onSort={sort}
          stale={stale}
        />
      )}
      {shown && !none && <Pages shown={shown} />}
      {shown?.totalCount === 1 && !isNarrowed(shown.view) && current.can("TEAM_MANAGE") && (
        <Alone />
      )}
    </Card>
  );
}

function Alone() {
  const current = useCurrentWorkspace();
  return (
    <Empty
      icon={UserPlus}
      title="You’re the only member"
      actions={
        <ButtonLink to={current.path("invite")} look="primary">
          Invite your team
        </ButtonLink>
      }
    >
      Invite people one by one, or paste a whole list. Start with a second Workspace Admin, so that
      someone can always manage the team.
    </Empty>
  );
}

const sortingOf = ({ order }: View): Sorting => ({
  id: nameOf(order.field),
  desc: order.direction === "DESC",
});

function NoMatch({ view, change }: { view: View; change: (part: Partial<View>) => void }) {
  const current = useCurrentWorkspace();
  const invite = current.can("TEAM_MANAGE") && view.search.includes("@");
  return (
    <Empty
      icon={SearchX}
      title="No members match"
      actions={
        <>
          <Button onClick={() => change(NO_FILTER)}>Clear filters</Button>
          {invite && (
            <ButtonLink
              look="primary"
              to={current.path(`invite?email=${encodeURIComponent(view.search)}`)}
            >
              Invite <bdi>{view.search}</bdi>
            </ButtonLink>
          )}
        </>
      }
    >
      Try a different search or other filters.
    </Empty>
  );
}

type Shown = {
  view: View;
  totalCount: number;
  nodes: readonly unknown[];
  pageInfo: Parameters<typeof neighbours>[1];
};

function Pages({ shown }: { shown: Shown }) {
  const { previous, next } = neighbours(shown.view, shown.pageInfo);
  const from = (shown.view.page - 1) * PAGE_SIZE + 1;
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
          <ButtonLink to={previous}>Previous</ButtonLink>
          <ButtonLink to={next}>Next</ButtonLink>
        </nav>
      )}
    </div>
  );
}
