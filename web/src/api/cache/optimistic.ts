import type { CacheExchangeOpts } from "@urql/exchange-graphcache";
import { SessionDocument } from "#generated/operations";
import { type Input, membership } from "./lists";

/** The expected results of mutations, shown until the response arrives. */
export const optimistic: NonNullable<CacheExchangeOpts["optimistic"]> = {
  changeRole: (args) => {
    const { input } = args as Input<{ membershipId: string; role: string }>;
    return {
      __typename: "ChangeRolePayload",
      membership: { ...membership(input.membershipId), role: input.role },
      reassignedInvitationCount: 0,
      revokedInvitationCount: 0,
      userErrors: [],
    };
  },
  removeMember: (args) => {
    const { input } = args as Input<{ membershipId: string }>;
    return {
      __typename: "RemoveMemberPayload",
      removedMembershipId: input.membershipId,
      workspace: null,
      reassignedInvitationCount: 0,
      revokedInvitationCount: 0,
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
