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
  type PlaceFragment,
  type Role,
  SessionDocument,
  type SessionQuery,
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

/** Who is signed in, where they can go, and what the roles may do. */
type Session = {
  user: Viewer["user"];
  activeSlug: string | undefined;
  places: PlaceFragment[];
  /** Whether all places are known; only those in more than a hundred workspaces wait for it. */
  complete: boolean;
  roles: RoleDefinition[];
  service: NonNullable<SessionQuery["service"]> | null;
};

const SessionContext = createContext<Session | undefined>(undefined);

function read(
  data: SessionQuery | undefined,
  more: PlaceFragment[] | undefined,
): Session | undefined {
  const viewer = data?.viewer;
  if (!viewer) return undefined;
  const places = [...viewer.memberships.nodes, ...(more ?? [])];
  return {
    user: viewer.user,
    activeSlug: viewer.activeWorkspace?.slug,
    places: places.filter((place) => place.status === "ACTIVE"),
    complete: more !== undefined,
    roles: data.roles,
    service: data.service,
  };
}

/**
 * Lets those in who are signed in, and sends all others to sign in first. Where a session ends while
 * a page is open, the page stays as it is, with what was typed, and signing in goes on from there.
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
    // Another tab has signed in as another user: nothing of this page may stay.
    if (isAnother) location.reload();
  }, [isAnother]);
  const ended = endedOn === client;
  const settled = !fetching && !stale;
  if (data?.viewer === null && settled && !ended) setEndedOn(client);
  useConcealed("ended", ended && session !== undefined);
  useRestored(firstId);
  const returned = ended && settled && Boolean(data?.viewer);
  useEffect(() => {
    // In another tab they have signed in again.
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

/** Who is signed in; only inside of [SignedIn]. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession was called outside of SignedIn");
  return session;
}

/** The workspace that the address names, and what the viewer may do there. */
export type Here = PlaceFragment["workspace"] & {
  /** The viewer's own membership and role. */
  membershipId: string;
  role: Role;
  can: (permission: Permission) => boolean;
  /** Where a page of this workspace is. */
  path: (page: string) => string;
};

/**
 * The same; `undefined` where the viewer does not belong to it. Where the address names none, the
 * active one.
 */
export function useHereIfAny(): Here | undefined {
  const { places, roles, activeSlug } = useSession();
  const { slug = activeSlug } = useParams();
  const place = places.find((place) => place.workspace.slug === slug);
  if (!place?.role) return undefined;
  const { role } = place;
  return {
    ...place.workspace,
    membershipId: place.id,
    role,
    can: (permission) => may(roles, role, permission),
    path: (page) => `/w/${place.workspace.slug}/${page}`,
  };
}

/** The same; only inside of a workspace's pages. */
export function useHere(): Here {
  const here = useHereIfAny();
  if (!here) throw new Error("useHere was called outside of a workspace");
  return here;
}

/** The API's table of roles and permissions. */
export const may = (roles: readonly RoleDefinition[], role: Role | null, permission: Permission) =>
  roles.some((each) => each.role === role && each.permissions.includes(permission));

export type RoleName = (role: Role | null | undefined) => string;

/** What people call a role; empty for none. */
export function useRoleName(): RoleName {
  const { roles } = useSession();
  return useCallback((role) => roles.find((each) => each.role === role)?.name ?? "", [roles]);
}
