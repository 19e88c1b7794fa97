import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";
import { ErrorBoundary } from "react-error-boundary";
import { Navigate, useLocation, useParams } from "react-router";
import { type Client, useClient, useQuery } from "urql";
import {
  type Permission,
  type Role,
  SessionDocument,
  type SessionQuery,
  type ViewerMembershipFragment,
} from "#generated/operations";
import { useApi } from "../api/provider";
import { usePrevious } from "../api/use-previous";
import { useRefetch } from "../api/use-refetch";
import { useConcealed, useRestored } from "./concealed";
import { useMoreMemberships } from "./memberships";
import { SignInElsewhere } from "./sign-in-elsewhere";
import { NoAnswer, Splash } from "./states";

const SignInAgain = lazy(() => import("../entry/sign-in-again"));

type Viewer = NonNullable<SessionQuery["viewer"]>;
type RoleDefinition = SessionQuery["roles"][number];

/** The signed-in user, their active memberships, and the permissions of each role. */
type Session = {
  user: Viewer["user"];
  activeSlug: string | undefined;
  memberships: ViewerMembershipFragment[];
  /** Whether all memberships have loaded. At first false for users in over 100 workspaces. */
  complete: boolean;
  roles: RoleDefinition[];
  service: NonNullable<SessionQuery["service"]> | null;
};

const SessionContext = createContext<Session | undefined>(undefined);

function read(
  data: SessionQuery | undefined,
  more: ViewerMembershipFragment[] | undefined,
): Session | undefined {
  const viewer = data?.viewer;
  if (!viewer) return undefined;
  const memberships = [...viewer.memberships.nodes, ...(more ?? [])];
  return {
    user: viewer.user,
    activeSlug: viewer.activeWorkspace?.slug,
    memberships: memberships.filter((membership) => membership.status === "ACTIVE"),
    complete: more !== undefined,
    roles: data.roles,
    service: data.service,
  };
}

/**
 * Shows pages to signed-in users, and redirects others to the sign-in page. If the session ends
 * while a page is open, the page keeps its state and input, and the user can continue after signing
 * in again.
 */
export function SignedIn({ children }: { children: ReactNode }) {
  const [{ data, error, fetching, stale }, again] = useQuery({ query: SessionDocument });
  useRefetch(again);
  const { renew } = useApi();
  const client = useClient();
  const [endedOn, setEndedOn] = useState<Client>();
  const address = useLocation();
  const more = useMoreMemberships(data?.viewer?.memberships);
  const session = usePrevious(useMemo(() => read(data, more), [data, more]));
  const [firstId, setFirstId] = useState(session?.user.id);
  if (session && !firstId) setFirstId(session.user.id);
  const isAnother = session !== undefined && firstId !== undefined && session.user.id !== firstId;
  useEffect(() => {
    // Another user has signed in in another tab: discard all data of this page.
    if (isAnother) location.reload();
  }, [isAnother]);
  const ended = endedOn === client;
  const settled = !fetching && !stale;
  if (data?.viewer === null && settled && !ended) setEndedOn(client);
  useConcealed("ended", ended && session !== undefined);
  useRestored(firstId);
  const returned = ended && settled && Boolean(data?.viewer);
  useEffect(() => {
    // The user has signed in again in another tab.
    if (returned) renew();
  }, [returned, renew]);
  if (!session) {
    if (error) {
      return (
        <main>
          <NoAnswer error={error} retry={() => again()} />
        </main>
      );
    }
    if (!settled || !data) return <Splash />;
    return <Navigate to="/sign-in" replace state={{ from: address }} />;
  }
  return (
    <SessionContext value={session}>
      {children}
      <ErrorBoundary fallback={ended && <SignInElsewhere />} resetKeys={[ended]}>
        <Suspense>{ended && <SignInAgain user={session.user} />}</Suspense>
      </ErrorBoundary>
    </SessionContext>
  );
}

/** Returns the current session. Throws outside of [SignedIn]. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession was called outside of SignedIn");
  return session;
}

/** The workspace in the URL, and the viewer's permissions in it. */
export type CurrentWorkspace = ViewerMembershipFragment["workspace"] & {
  /** The viewer's own membership. */
  membershipId: string;
  role: Role;
  can: (permission: Permission) => boolean;
  /** Returns the path of a page of this workspace. */
  path: (page: string) => string;
};

/**
 * Returns the workspace in the URL, or the active workspace if the URL has none. Returns
 * `undefined` if the viewer is not a member.
 */
export function useCurrentWorkspaceIfAny(): CurrentWorkspace | undefined {
  const { memberships, roles, activeSlug } = useSession();
  const { slug = activeSlug } = useParams();
  const membership = memberships.find((membership) => membership.workspace.slug === slug);
  if (!membership?.role) return undefined;
  const { role } = membership;
  return {
    ...membership.workspace,
    membershipId: membership.id,
    role,
    can: (permission) => may(roles, role, permission),
    path: (page) => `/w/${membership.workspace.slug}/${page}`,
  };
}

/** Returns the current workspace. Throws if there is none: use it only in pages of a workspace. */
export function useCurrentWorkspace(): CurrentWorkspace {
  const current = useCurrentWorkspaceIfAny();
  if (!current) throw new Error("useCurrentWorkspace was called outside of a workspace");
  return current;
}

/** Whether a role has a permission, according to the roles that the API returns. */
export const may = (roles: readonly RoleDefinition[], role: Role | null, permission: Permission) =>
  roles.some((each) => each.role === role && each.permissions.includes(permission));

export type RoleName = (role: Role | null | undefined) => string;

/** Returns a function that gives the display name of a role, or `""` if there is no role. */
export function useRoleName(): RoleName {
  const { roles } = useSession();
  return useCallback((role) => roles.find((each) => each.role === role)?.name ?? "", [roles]);
}
