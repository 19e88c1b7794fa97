import type { Cache, CacheExchangeOpts, UpdateResolver } from "@urql/exchange-graphcache";
import {
  SessionDocument,
  type SwitchWorkspaceMutation,
  TeamSummaryDocument,
} from "#generated/operations";
import schema from "#generated/schema";

/** What stands in no place of its own: it belongs to the object that it was read from. */
const EMBEDDED = [
  "AccessFinding",
  "AccessReview",
  "AuditDetail",
  "InvitationDelivery",
  "InvitationPlacement",
  "InvitationPreview",
  "InviteOutcome",
  "InviteUsersPreview",
  "PasswordResetPreview",
  "RoleDefinition",
  "ServiceInfo",
  "TeamSummary",
  "UserError",
  "Viewer",
  "WorkspaceSettings",
];

/** Lists of a workspace that a change of its team can alter. */
const TEAM_LISTS = ["members", "invitations", "accessReview", "accessHistory"];

type Entity = { __typename: string; id: string };
type Input<T> = { input: T };

const membership = (id: string): Entity => ({ __typename: "Membership", id });

/** The workspace of a member, where the cache knows the member. */
function workspaceOf(cache: Cache, membershipId: string): string | undefined {
  const key = cache.resolve(membership(membershipId), "workspace");
  return typeof key === "string" ? key : undefined;
}

/** Makes the lists of a workspace be read anew, the next time that somebody looks at them. */
function forgetLists(cache: Cache, workspace: string | Entity | undefined) {
  if (!workspace) return;
  for (const field of cache.inspectFields(workspace)) {
    if (TEAM_LISTS.includes(field.fieldName)) {
      cache.invalidate(workspace, field.fieldKey);
    }
  }
}

/** Takes a member out of every list that shows them, and corrects the counts. */
function takeOut(cache: Cache, membershipId: string) {
  const workspace = workspaceOf(cache, membershipId);
  if (!workspace) return;
  const gone = cache.keyOfEntity(membership(membershipId));
  const wasInvited = cache.resolve(membership(membershipId), "status") === "INVITED";
  for (const field of cache.inspectFields(workspace)) {
    if (field.fieldName !== "members") continue;
    const connection = cache.resolve(workspace, field.fieldKey);
    if (typeof connection !== "string") continue;
    const nodes = cache.resolve(connection, "nodes");
    if (!Array.isArray(nodes)) continue;
    const keys = (nodes as unknown[]).filter((node) => typeof node === "string");
    if (gone && keys.includes(gone)) {
      cache.link(
        connection,
        "nodes",
        keys.filter((key) => key !== gone),
      );
    }
  }
  const workspaceId = cache.resolve(workspace, "id");
  if (typeof workspaceId !== "string") return;
  cache.updateQuery({ query: TeamSummaryDocument, variables: { workspaceId } }, (data) => {
    const counts = data?.workspace?.teamSummary;
    if (!counts) return data;
    const teamSummary = {
      ...counts,
      totalUsers: counts.totalUsers - 1,
      activeNow: counts.activeNow - (wasInvited ? 0 : 1),
      pendingInvites: counts.pendingInvites - (wasInvited ? 1 : 0),
    };
    return { ...data, workspace: { ...data.workspace, teamSummary } } as typeof data;
  });
}

const refused = (payload: unknown) =>
  ((payload as { userErrors?: unknown[] } | null)?.userErrors?.length ?? 1) > 0;

/** After an invitation of one kind or another: the counts came with the answer, the lists did not. */
const invited =
  (mutation: string): UpdateResolver =>
  (result, _, cache) => {
    const payload = result[mutation] as { outcomes?: { workspace: Entity }[] } | null;
    const ids = new Set(payload?.outcomes?.map((outcome) => outcome.workspace.id));
    for (const id of ids) forgetLists(cache, { __typename: "Workspace", id });
  };

const updates: NonNullable<CacheExchangeOpts["updates"]> = {
  Mutation: {
    inviteUsers: invited("inviteUsers"),
    assignToWorkspaces: invited("assignToWorkspaces"),
    changeRole(result, args, cache, info) {
      const { input } = args as Input<{ membershipId: string }>;
      if (info.optimistic || refused(result.changeRole)) return;
      forgetLists(cache, workspaceOf(cache, input.membershipId));
    },
    resendInvitation(result, _, cache, info) {
      const payload = result.resendInvitation as { invitation?: { membership?: Entity } };
      const id = payload?.invitation?.membership?.id;
      if (!info.optimistic && id) forgetLists(cache, workspaceOf(cache, id));
    },
    removeMember(result, args, cache, info) {
      const { input } = args as Input<{ membershipId: string }>;
      if (refused(result.removeMember)) return;
      leave(cache, input.membershipId, info.optimistic === true);
    },
    revokeInvitation(result, args, cache, info) {
      const { input } = args as Input<{ invitationId: string }>;
      if (refused(result.revokeInvitation)) return;
      const invitation = { __typename: "Invitation", id: input.invitationId };
      const invited = cache.resolve(invitation, "membership");
      const id = typeof invited === "string" && cache.resolve(invited, "id");
      if (typeof id === "string") leave(cache, id, info.optimistic === true);
    },
    revokeSession(result, args, cache) {
      const { input } = args as Input<{ sessionId: string }>;
      if (refused(result.revokeSession)) return;
      cache.invalidate({ __typename: "Session", id: input.sessionId });
    },
    switchWorkspace(result, _, cache) {
      const payload = result.switchWorkspace as SwitchWorkspaceMutation["switchWorkspace"];
      const activeWorkspace = payload?.viewer?.activeWorkspace;
      if (!activeWorkspace) return;
      cache.updateQuery({ query: SessionDocument }, (data) =>
        data?.viewer ? { ...data, viewer: { ...data.viewer, activeWorkspace } } : data,
      );
    },
    createWorkspace: (_, __, cache) => forgetSession(cache),
    leaveWorkspace: (_, __, cache) => forgetSession(cache),
  },
};

/** Before the server answers, the row goes; after it, the lists are read anew as well. */
function leave(cache: Cache, membershipId: string, optimistic: boolean) {
  const workspace = workspaceOf(cache, membershipId);
  takeOut(cache, membershipId);
  if (!optimistic) forgetLists(cache, workspace);
}

function forgetSession(cache: Cache) {
  cache.invalidate("Query", "viewer");
}

/** What a change will most likely do, shown until the server has answered. */
const optimistic: NonNullable<CacheExchangeOpts["optimistic"]> = {
  changeRole: (args) => {
    const { input } = args as Input<{ membershipId: string; role: string }>;
    return {
      __typename: "ChangeRolePayload",
      membership: { ...membership(input.membershipId), role: input.role },
      reassignedInvitations: [],
      revokedInvitations: [],
      userErrors: [],
    };
  },
  removeMember: (args) => {
    const { input } = args as Input<{ membershipId: string }>;
    return {
      __typename: "RemoveMemberPayload",
      removedMembershipId: input.membershipId,
      workspace: null,
      reassignedInvitations: [],
      revokedInvitations: [],
      userErrors: [],
    };
  },
  revokeInvitation: (args) => {
    const { input } = args as Input<{ invitationId: string }>;
    return {
      __typename: "RevokeInvitationPayload",
      invitation: { __typename: "Invitation", id: input.invitationId, state: "REVOKED" },
      userErrors: [],
    };
  },
  updateProfile: (args, cache) => {
    const { input } = args as Input<{ firstName: string; lastName: string }>;
    const viewer = cache.readQuery({ query: SessionDocument })?.viewer;
    if (!viewer) return null;
    const user = {
      __typename: "User",
      id: viewer.user.id,
      name: `${input.firstName} ${input.lastName}`.trim(),
      ...input,
    };
    const changed = { __typename: "Viewer", user };
    return { __typename: "UpdateProfilePayload", viewer: changed, userErrors: [] };
  },
};

/** How answers are kept: each object once, under its id, whatever list or page showed it. */
export const cacheOptions: Partial<CacheExchangeOpts> = {
  schema: schema as unknown as NonNullable<CacheExchangeOpts["schema"]>,
  keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])),
  resolvers: {
    Query: {
      workspace: (_, { id }) => (id ? { __typename: "Workspace", id: id as string } : undefined),
    },
    Workspace: {
      // A page about a member starts with what the list has shown of them.
      member: (_, { id }) => ({ __typename: "Membership", id: id as string }),
    },
  },
  updates,
  optimistic,
};
