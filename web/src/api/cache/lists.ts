import type { Cache } from "@urql/exchange-graphcache";
import { TeamSummaryDocument } from "#generated/operations";

/** Lists of a workspace that a change of its team can alter. */
const TEAM_LISTS = ["members", "invitations", "accessReview", "accessHistory"];

export type Entity = { __typename: string; id: string };
/** The arguments of every mutation. */
export type Input<T> = { input: T };

export const membership = (id: string): Entity => ({ __typename: "Membership", id });

/** The workspace of a member, where the cache knows the member. */
export function workspaceOf(cache: Cache, membershipId: string): string | undefined {
  const key = cache.resolve(membership(membershipId), "workspace");
  return typeof key === "string" ? key : undefined;
}

/** Invalidates the lists of a workspace, so that they are read again when next shown. */
export function forgetLists(cache: Cache, workspace: string | Entity | undefined) {
  if (workspace) forgetFields(cache, workspace, TEAM_LISTS);
}

/** The same for some fields of an object, with whatever arguments they were read. */
export function forgetFields(cache: Cache, of: string | Entity, names: readonly string[]) {
  for (const field of cache.inspectFields(of)) {
    if (names.includes(field.fieldName)) cache.invalidate(of, field.fieldKey);
  }
}

/** Removes a member from every cached list. */
function takeOut(cache: Cache, workspace: string, membershipId: string) {
  const gone = cache.keyOfEntity(membership(membershipId));
  for (const field of cache.inspectFields(workspace)) {
    if (field.fieldName !== "members") continue;
    const connection = cache.resolve(workspace, field.fieldKey);
    if (typeof connection !== "string") continue;
    const nodes = cache.resolve(connection, "nodes");
    if (!Array.isArray(nodes)) continue;
    const keys = (nodes as unknown[]).filter((node) => typeof node === "string");
    if (!gone || !keys.includes(gone)) continue;
    const left = keys.filter((key) => key !== gone);
    cache.link(connection, "nodes", left);
  }
}

/** Subtracts a member from the counts. */
function countLess(cache: Cache, workspace: string, membershipId: string) {
  const wasInvited = cache.resolve(membership(membershipId), "status") === "INVITED";
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

/**
 * A member is removed. Before the server answers, the row and the counts are changed here; with the answer
 * come the counts, and the lists are read again.
 */
export function leave(cache: Cache, membershipId: string, optimistic: boolean) {
  const workspace = workspaceOf(cache, membershipId);
  if (!workspace) return;
  takeOut(cache, workspace, membershipId);
  if (optimistic) {
    countLess(cache, workspace, membershipId);
    return;
  }
  forgetLists(cache, workspace);
  cache.invalidate(membership(membershipId));
}
