import { useEffect, useState } from "react";
import { useClient } from "urql";
import {
  MoreMembershipsDocument,
  type SessionQuery,
  type ViewerMembershipFragment,
} from "#generated/operations";

type Memberships = NonNullable<SessionQuery["viewer"]>["memberships"];

/**
 * Loads the viewer's memberships after the first page, for users in very many workspaces. Returns
 * `undefined` while they load.
 */
export function useMoreMemberships(
  first: Memberships | undefined,
): ViewerMembershipFragment[] | undefined {
  const client = useClient();
  const [more, setMore] = useState<ViewerMembershipFragment[]>();
  const start = first?.pageInfo.hasNextPage ? first.pageInfo.endCursor : null;
  useEffect(() => {
    let dropped = false;
    const read = async () => {
      const memberships: ViewerMembershipFragment[] = [];
      for (let after = start; after && !dropped; ) {
        const { data } = await client.query(MoreMembershipsDocument, { after });
        const page = data?.viewer?.memberships;
        memberships.push(...(page?.nodes ?? []));
        after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      }
      if (!dropped) setMore(memberships);
    };
    read();
    return () => {
      dropped = true;
    };
  }, [client, start]);
  return start ? more : NONE;
}

const NONE: ViewerMembershipFragment[] = [];
