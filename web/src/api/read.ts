import { type AnyVariables, createRequest, type TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { type UseQueryArgs, useQuery } from "urql";
import { useRefetch } from "./use-refetch";

/**
 * What a page shows: read now, and again while somebody looks at it. An answer outlives a failed
 * reading of the same thing.
 */
export function useRead<D, V extends AnyVariables>(
  query: TypedDocumentNode<D, V>,
  variables: V & object,
) {
  const [{ data, error, fetching, stale, operation }, again] = useQuery<D, V>({
    query,
    variables,
  } as UseQueryArgs<V, D>);
  useRefetch(again);
  const { key } = createRequest(query, variables);
  const [kept, setKept] = useState<{ key: number; data: D }>();
  const answered = data !== undefined && operation?.key === key;
  if (answered && kept?.data !== data) setKept({ key, data });
  const known = kept?.key === key ? kept.data : undefined;
  return {
    /** The last answer to these variables, not to those before. */
    data: answered ? data : known,
    /** Why the last reading came to nothing, or not to everything. */
    error,
    /** Whether no reading is under way. */
    settled: !fetching && !stale,
    again: () => again({ requestPolicy: "network-only" }),
  };
}
