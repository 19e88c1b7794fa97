import { type AnyVariables, createRequest, type TypedDocumentNode } from "@urql/core";
import { useState } from "react";
import { type UseQueryArgs, useQuery } from "urql";
import { useRefetch } from "./use-refetch";

/**
 * Fetches the data of a page, and refetches it while the page is visible. If a refetch fails, the
 * last response is kept.
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
    /** The data of the last response for the current variables, never for earlier ones. */
    data: answered ? data : known,
    /** The error of the last request; a partial response has both data and an error. */
    error,
    /** Whether no request is in progress. */
    settled: !fetching && !stale,
    again: () => again({ requestPolicy: "network-only" }),
  };
}
