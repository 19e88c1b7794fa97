import type { CacheExchangeOpts } from "@urql/exchange-graphcache";
import schema from "#generated/schema";
import { optimistic } from "./optimistic";
import { updates } from "./updates";

/** Types without an identity: they are stored with their parent object. */
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

/** How responses are cached: each object once, by its id, whichever list or page loaded it. */
export const cacheOptions: Partial<CacheExchangeOpts> = {
  schema: schema as unknown as NonNullable<CacheExchangeOpts["schema"]>,
  keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])),
  resolvers: {
    Query: {
      workspace: (_, { id }) => (id ? { __typename: "Workspace", id: id as string } : undefined),
    },
    Workspace: {
      // A page about a member starts with what the list has shown of them, unless they are gone.
      member: (_, args, cache, { parentKey, fieldName }) =>
        cache.resolve(parentKey, fieldName, args) === null
          ? null
          : { __typename: "Membership", id: args.id as string },
    },
  },
  updates,
  optimistic,
};
