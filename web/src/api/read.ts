import { type AnyVariables, createRequest, type TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { type UseQueryArgs, useQuery } from "urql";
import { useRefetch } from "./use-refetch";

/**
 * The data of a page: read now, and refetched while the page is visible. After a failed refetch, the
 * last response stays.
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
  const [last, setLast] = useState<{ key: number; data: D }>();
  const answered = data !== undefined && operation?.key === key;
  if (answered && last?.data !== data) setLast({ key, data });
  const known = last?.key === key ? last.data : undefined;
  return {
    /** The last response for these variables, never for earlier ones. */
    data: answered ? data : known,
    /** The error of the last read, also of a partial response. */
    error,
    /** Whether no read is running. */
    settled: !fetching && !stale,
    again: () => again({ requestPolicy: "network-only" }),
  };
}
