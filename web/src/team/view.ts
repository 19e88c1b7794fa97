import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type {
  MembershipOrder,
  MembershipOrderField,
  MembershipStatus,
  MembersQueryVariables,
  Role,
} from "#generated/operations";
import { useSession } from "../shell/session";

/** The number of rows per page. */
export const PAGE_SIZE = 50;

const FIRST = { after: undefined, before: undefined, page: 1 };

/** The sortable fields by their names in the URL, which are also the column ids. */
export const FIELDS: Record<string, MembershipOrderField> = {
  name: "NAME",
  email: "EMAIL",
  role: "ROLE",
  active: "LAST_ACTIVE",
  joined: "JOINED",
};
/** Sortable fields with values that only viewers with `TEAM_REVIEW` may see. */
const REVIEWED: readonly MembershipOrderField[] = ["LAST_ACTIVE", "JOINED"];
/** The status as the table shows it. A member with an expired invitation is still INVITED. */
export type Status = MembershipStatus | "EXPIRED";
const STATUSES: readonly Status[] = ["ACTIVE", "INVITED", "EXPIRED"];

/** The state of the team page. It is stored in the URL, so that a view can be shared. */
export type View = {
  search: string;
  role: Role | undefined;
  status: Status | undefined;
  order: MembershipOrder;
  after: string | undefined;
  before: string | undefined;
  /** The page number, starting at 1. It is not sent to the server. */
  page: number;
};

/**
 * Parses a view from the URL. Invalid values are ignored, and so are values that the viewer may not
 * use: the URL may have been shared by a user with more permissions.
 */
function readView(
  params: URLSearchParams,
  review: boolean,
  roles: readonly { role: Role }[],
): View {
  const sort = params.get("sort") ?? "name";
  const asked = FIELDS[sort.replace("-", "")] ?? "NAME";
  const allowed = review || !REVIEWED.includes(asked);
  const page = Number(params.get("page") ?? 1);
  const cursors = {
    after: params.get("after") ?? undefined,
    before: params.get("before") ?? undefined,
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
  const status = STATUSES.find((status) => status === params.get("status"));
  return {
    search: params.get("q")?.trim() ?? "",
    role: roles.find(({ role }) => role === params.get("role"))?.role,
    status: status === "EXPIRED" && !review ? "INVITED" : status,
    order: {
      field: allowed ? asked : "NAME",
      direction: allowed && sort.startsWith("-") ? "DESC" : "ASC",
    },
    ...(allowed ? cursors : FIRST),
  };
}

export const nameOf = (field: MembershipOrderField): string =>
  Object.entries(FIELDS).find(([, each]) => each === field)?.[0] ?? "name";

export const NO_FILTER = { search: "", role: undefined, status: undefined };

/** Whether a view filters the members. */
export const isNarrowed = ({ search, role, status }: View) => Boolean(search || role || status);

/** Serializes a view for the URL, omitting default values. */
function writeView(view: View): URLSearchParams {
  const params = new URLSearchParams();
  if (view.search) params.set("q", view.search);
  if (view.role) params.set("role", view.role);
  if (view.status) params.set("status", view.status);
  const sort = (view.order.direction === "DESC" ? "-" : "") + nameOf(view.order.field);
  if (sort !== "name") params.set("sort", sort);
  if (view.after) params.set("after", view.after);
  if (view.before) params.set("before", view.before);
  if (view.page > 1) params.set("page", String(view.page));
  return params;
}

/** Returns the view in the URL and a function that changes it and goes to the first page. */
export function useView(review: boolean) {
  const [params, setParams] = useSearchParams();
  const { roles } = useSession();
  const view = useMemo(() => readView(params, review, roles), [params, review, roles]);
  const change = (part: Partial<View>) =>
    setParams(writeView({ ...view, ...FIRST, ...part }), { replace: true });
  return [view, change] as const;
}

/** Returns the query variables for a view. */
export function variables(view: View, workspaceId: string, review: boolean): MembersQueryVariables {
  const { before, after, status } = view;
  return {
    workspaceId,
    review,
    ...(before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after: after ?? null }),
    search: view.search || null,
    role: view.role ?? null,
    status: status && status !== "EXPIRED" ? status : null,
    invitationState: status === "EXPIRED" ? status : null,
    orderBy: view.order,
  };
}

/** Returns the URLs of the previous and the next page, or `undefined` if there is none. */
export function neighbours(
  view: View,
  info: {
    hasPreviousPage: boolean;
    hasNextPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  },
) {
  const to = (part: Partial<View>) => `?${writeView({ ...view, ...FIRST, ...part })}`;
  const { startCursor, endCursor } = info;
  const before = view.page === 2 ? {} : { before: startCursor ?? undefined, page: view.page - 1 };
  return {
    previous: info.hasPreviousPage && startCursor ? to(before) : undefined,
    next: info.hasNextPage && endCursor ? to({ after: endCursor, page: view.page + 1 }) : undefined,
  };
}
