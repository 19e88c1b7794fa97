import type { Cache, CacheExchangeOpts, UpdateResolver } from "@urql/exchange-graphcache";
import { SessionDocument, type SwitchWorkspaceMutation } from "#generated/operations";
import {
  type Entity,
  forgetFields,
  forgetLists,
  type Input,
  leave,
  membership,
  workspaceOf,
} from "./lists";

const refused = (payload: unknown) =>
  ((payload as { userErrors?: unknown[] } | null)?.userErrors?.length ?? 1) > 0;

/**
 * Returns an updater for a mutation that invites users. It invalidates the lists of each workspace
 * in the outcomes; the response itself contains the new counts.
 */
const invited =
  (mutation: string): UpdateResolver =>
  (result, _, cache) => {
    const payload = result[mutation] as { outcomes?: { workspace: Entity }[] } | null;
    const ids = new Set(payload?.outcomes?.map((outcome) => outcome.workspace.id));
    for (const id of ids) forgetLists(cache, { __typename: "Workspace", id });
  };

/** Updates of the cache for changes that a mutation's response does not contain. */
export const updates: NonNullable<CacheExchangeOpts["updates"]> = {
  Mutation: {
    inviteUsers: invited("inviteUsers"),
    assignToWorkspaces(result, args, cache, info) {
      invited("assignToWorkspaces")(result, args, cache, info);
      const { input } = args as Input<{ membershipId: string }>;
      const user = cache.resolve(membership(input.membershipId), "user");
      if (typeof user === "string") forgetFields(cache, user, ["memberships"]);
    },
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

function forgetSession(cache: Cache) {
  cache.invalidate("Query", "viewer");
}
