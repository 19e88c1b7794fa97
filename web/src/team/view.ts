import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type {
  MembershipOrder,
  MembershipOrderField,
  MembershipStatus,
  MembersQueryVariables,
  Role,
} from "#generated/operations";

/** Rows of a page. */
export const PAGE_SIZE = 50;

const FIELDS: Record<string, MembershipOrderField> = {
  name: "NAME",
  email: "EMAIL",
  role: "ROLE",
  active: "LAST_ACTIVE",
  joined: "JOINED",
};
const STATUSES: readonly MembershipStatus[] = ["ACTIVE", "INVITED"];
const ROLES: readonly Role[] = ["WORKSPACE_ADMIN", "GATEWAY_OPERATOR", "SECURITY_AUDITOR"];

/** What the team page shows: all of it stands in the address, so that a view can be sent on. */
export type View = {
  search: string;
  role: Role | undefined;
  status: MembershipStatus | undefined;
  order: MembershipOrder;
  after: string | undefined;
  before: string | undefined;
  /** The page's number, counted from one; only to show. */
  page: number;
};

/** Reads a view out of the address; what makes no sense there is as if it were left out. */
function readView(params: URLSearchParams): View {
  const sort = params.get("sort") ?? "name";
  const field = FIELDS[sort.replace("-", "")];
  const page = Number(params.get("page") ?? 1);
  return {
    search: params.get("q")?.trim() ?? "",
    role: ROLES.find((role) => role === params.get("role")),
    status: STATUSES.find((status) => status === params.get("status")),
    order: {
      field: field ?? "NAME",
      direction: field && sort.startsWith("-") ? "DESC" : "ASC",
    },
    after: params.get("after") ?? undefined,
    before: params.get("before") ?? undefined,
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** Writes a view into the address; what is as usual is left out. */
function writeView(view: View): URLSearchParams {
  const params = new URLSearchParams();
  if (view.search) params.set("q", view.search);
  if (view.role) params.set("role", view.role);
  if (view.status) params.set("status", view.status);
  const name =
    Object.entries(FIELDS).find(([, field]) => field === view.order.field)?.[0] ?? "name";
  const sort = (view.order.direction === "DESC" ? "-" : "") + name;
  if (sort !== "name") params.set("sort", sort);
  if (view.after) params.set("after", view.after);
  if (view.before) params.set("before", view.before);
  if (view.page > 1) params.set("page", String(view.page));
  return params;
}

const FIRST = { after: undefined, before: undefined, page: 1 };

/** The view of the address, and how to change it. A change begins at the first page. */
export function useView() {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => readView(params), [params]);
  const change = (part: Partial<View>) =>
    setParams(writeView({ ...view, ...FIRST, ...part }), { replace: true });
  return [view, change] as const;
}

/** The same as the API wants it. */
export function variables(view: View, workspaceId: string, review: boolean): MembersQueryVariables {
  const { before, after } = view;
  return {
    workspaceId,
    review,
    ...(before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after: after ?? null }),
    search: view.search || null,
    role: view.role ?? null,
    status: view.status ?? null,
    orderBy: view.order,
  };
}

/** The addresses of the pages before and after, where there are any. */
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
