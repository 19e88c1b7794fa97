import { SearchX } from "lucide-react";
import { Fragment, type ReactNode, useEffect } from "react";
import { Link, Navigate } from "react-router";
import { useMutation } from "urql";
import { type Permission, SwitchWorkspaceDocument } from "#generated/operations";
import { ButtonLink } from "../ui/button";
import { Empty } from "../ui/elements";
import { Page } from "../ui/page";
import { useHere, useHereIfAny, useSession } from "./session";
import { Splash } from "./states";

/** Lets those into a workspace's pages who belong to it, and makes it the active one. */
export function InWorkspace({ children }: { children: ReactNode }) {
  const here = useHereIfAny();
  const { activeSlug, complete } = useSession();
  const [, switchTo] = useMutation(SwitchWorkspaceDocument);
  const id = here?.id;
  // Once for each visit: tabs in different workspaces must not take it from each other for ever.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!id || here.slug === activeSlug) return;
    // Completes even if the user navigates away immediately.
    switchTo({ input: { workspaceId: id } }, { fetchOptions: { keepalive: true } });
  }, [id]);
  // Nothing of one workspace is kept while another one is read.
  if (here) return <Fragment key={here.id}>{children}</Fragment>;
  if (!complete) return <Splash />;
  return (
    <Page title="Workspace not found">
      <Empty
        icon={SearchX}
        title="This workspace doesn’t exist"
        actions={<ButtonLink to="/">Go to your workspaces</ButtonLink>}
      >
        It may have been renamed, or you may no longer have access. An admin can add you back.
      </Empty>
    </Page>
  );
}

/** A page that needs a permission; those who lack it are led to what they may see. */
export function Needs({ permission, children }: { permission: Permission; children: ReactNode }) {
  const here = useHere();
  if (here.can(permission)) return children;
  return <Navigate to={here.path("team")} replace />;
}

/** Where to begin: the active workspace, or what to do without one. */
export function Home() {
  const { activeSlug, places } = useSession();
  const active = places.find(({ workspace }) => workspace.slug === activeSlug) ?? places[0];
  if (active) return <Navigate to={`/w/${active.workspace.slug}/team`} replace />;
  return (
    <Page title="Welcome">
      <Empty
        icon={SearchX}
        title="You’re not in any workspace"
        actions={<Link to="/account#workspaces">Create one</Link>}
      >
        Ask an admin to invite you at the email address you’re signed in with.
      </Empty>
    </Page>
  );
}

/** The page for unknown addresses. */
export function NotFound() {
  return (
    <Empty
      level={1}
      icon={SearchX}
      title="Page not found"
      actions={<ButtonLink to="/">Go to the team</ButtonLink>}
    >
      The link may be incomplete, or the page may have moved.
    </Empty>
  );
}
