import { SearchX } from "lucide-react";
import { Fragment, type ReactNode, useEffect } from "react";
import { Link, Navigate } from "react-router";
import { useMutation } from "urql";
import { type Permission, SwitchWorkspaceDocument } from "#generated/operations";
import { ButtonLink } from "../ui/button";
import { Empty } from "../ui/elements";
import { Page } from "../ui/page";
import { useCurrentWorkspace, useCurrentWorkspaceIfAny, useSession } from "./session";
import { Splash } from "./states";

/** Shows the pages of a workspace to its members, and makes it the active workspace. */
export function InWorkspace({ children }: { children: ReactNode }) {
  const current = useCurrentWorkspaceIfAny();
  const { activeSlug, complete } = useSession();
  const [, switchTo] = useMutation(SwitchWorkspaceDocument);
  const id = current?.id;
  // Only once per visit, or tabs in different workspaces would keep overriding each other.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!id || current.slug === activeSlug) return;
    // With `keepalive`, the request completes even if the user leaves the page immediately.
    switchTo({ input: { workspaceId: id } }, { fetchOptions: { keepalive: true } });
  }, [id]);
  // The key discards the state of one workspace when the user switches to another.
  if (current) return <Fragment key={current.id}>{children}</Fragment>;
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

/** Shows a page that requires a permission. Redirects viewers without it to the team page. */
export function Needs({ permission, children }: { permission: Permission; children: ReactNode }) {
  const current = useCurrentWorkspace();
  if (current.can(permission)) return children;
  return <Navigate to={current.path("team")} replace />;
}

/** Redirects to the active workspace, or explains how to get one if the viewer has none. */
export function Home() {
  const { activeSlug, memberships } = useSession();
  const active =
    memberships.find(({ workspace }) => workspace.slug === activeSlug) ?? memberships[0];
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

/** The page for unknown URLs. */
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
