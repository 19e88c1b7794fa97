import type { Cache } from "@urql/exchange-graphcache";
import { TeamSummaryDocument } from "#generated/operations";

/** The fields of a workspace that a change to its team invalidates. */
const TEAM_LISTS = ["members", "invitations", "accessReview", "accessHistory"];

export type Entity = { __typename: string; id: string };
/** The arguments of every mutation. */
export type Input<T> = { input: T };

export const membership = (id: string): Entity => ({ __typename: "Membership", id });

/** Returns the cache key of a member's workspace, or `undefined` if it is not in the cache. */
export function workspaceOf(cache: Cache, membershipId: string): string | undefined {
  const key = cache.resolve(membership(membershipId), "workspace");
  return typeof key === "string" ? key : undefined;
}

/** Invalidates the lists of a workspace, so that they are fetched again when next shown. */
export function forgetLists(cache: Cache, workspace: string | Entity | undefined) {
  if (workspace) forgetFields(cache, workspace, TEAM_LISTS);
}

/** Invalidates the named fields of an object, whatever their arguments. */
export function forgetFields(cache: Cache, of: string | Entity, names: readonly string[]) {
  for (const field of cache.inspectFields(of)) {
    if (names.includes(field.fieldName)) cache.invalidate(of, field.fieldKey);
  }
}

/** Removes a member from every cached list of members. */
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

/** Subtracts a member from the cached counts of the team. */
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
 * Updates the cache when a member is removed. The optimistic update removes the row and adjusts the
 * counts. The response contains the new counts, so that only the lists are fetched again.
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
