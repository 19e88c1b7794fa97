import { useEffect, useState } from "react";
import { useClient } from "urql";
import { MorePlacesDocument, type PlaceFragment, type SessionQuery } from "#generated/operations";

type Memberships = NonNullable<SessionQuery["viewer"]>["memberships"];

/**
 * The viewer's memberships beyond the first page, for users in very many workspaces; `undefined`
 * while they load.
 */
export function useMoreMemberships(first: Memberships | undefined): PlaceFragment[] | undefined {
  const client = useClient();
  const [more, setMore] = useState<PlaceFragment[]>();
  const start = first?.pageInfo.hasNextPage ? first.pageInfo.endCursor : null;
  useEffect(() => {
    let dropped = false;
    const read = async () => {
      const places: PlaceFragment[] = [];
      for (let after = start; after && !dropped; ) {
        const { data } = await client.query(MorePlacesDocument, { after });
        const page = data?.viewer?.memberships;
        places.push(...(page?.nodes ?? []));
        after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      }
      if (!dropped) setMore(places);
    };
    read();
    return () => {
      dropped = true;
    };
  }, [client, start]);
  return start ? more : NONE;
}

const NONE: PlaceFragment[] = [];
