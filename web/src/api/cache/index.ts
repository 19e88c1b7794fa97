import type { CacheExchangeOpts } from "@urql/exchange-graphcache";
import schema from "#generated/schema";
import { optimistic } from "./optimistic";
import { updates } from "./updates";

/** Types without an id, which the cache stores as part of their parent object. */
const EMBEDDED = [
  "AccessFinding",
  "AccessReview",
  "AuditDetail",
  "InvitationDelivery",
  "InvitationPlacement",
  "InvitationPreview",
  "InviteOutcome",
  "InviteUsersPreview",
  "MailServer",
  "PasswordResetPreview",
  "RoleDefinition",
  "ServiceInfo",
  "TeamSummary",
  "UserError",
  "Viewer",
  "WorkspaceSettings",
];

/** The options of the normalized cache, which stores each object once, by its id. */
export const cacheOptions: Partial<CacheExchangeOpts> = {
  schema: schema as unknown as NonNullable<CacheExchangeOpts["schema"]>,
  keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])),
  resolvers: {
    Query: {
      workspace: (_, { id }) => (id ? { __typename: "Workspace", id: id as string } : undefined),
    },
    Workspace: {
      // Lets the page of a member start with the fields that a list has already loaded. A cached
      // `null` means that the member does not exist.
      member: (_, args, cache, { parentKey, fieldName }) =>
        cache.resolve(parentKey, fieldName, args) === null
          ? null
          : { __typename: "Membership", id: args.id as string },
    },
  },
  updates,
  optimistic,
};
