import type { TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useState } from "react";
import { useClient, useMutation } from "urql";
import { useToasts } from "../ui/toasts";
import { NO_ANSWER, type Problem, problemIn, type UserError } from "./problem";

/** The result of any mutation of the schema: one field, whose payload may have user errors. */
type Answer = { [field: string]: { userErrors: UserError[] } | null };
type Payload<D> = NonNullable<D[keyof D]>;
type Done<D> = { payload: Payload<D> } | { problem: Problem };

/**
 * Returns a function that runs a mutation, and whether it is running. The function returns the
 * payload or a problem and never throws. `names` are the fields of the form that can show an error.
 */
function useRun<D extends Answer, V extends Record<string, unknown>>(
  document: TypedDocumentNode<D, V>,
  names: readonly string[],
) {
  const [{ fetching }, execute] = useMutation(document);
  // A string is a stable dependency; callers may pass a new array with each render.
  const fields = names.join(" ");
  const run = useCallback(
    async (variables: V): Promise<Done<D>> => {
      const { data, error } = await execute(variables);
      const payload = Object.values(data ?? {}).find((value) => typeof value === "object");
      const problem = problemIn(error, payload, fields.split(" "));
      if (problem || !payload) return { problem: problem ?? NO_ANSWER };
      return { payload: payload as Payload<D> };
    },
    [execute, fields],
  );
  return [run, fetching] as const;
}

/** Runs the mutation of a form. `problem` is shown at the fields and above the form. */
export function useForm<D extends Answer, V extends Record<string, unknown>>(
  document: TypedDocumentNode<D, V>,
  names: readonly string[],
) {
  const [run, busy] = useRun(document, names);
  const [problem, setProblem] = useState<Problem>();
  const client = useClient();
  // A new session has a new client. The problem of the previous session is cleared.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the client changes
  useEffect(() => setProblem(undefined), [client]);
  const send = useCallback(
    async (variables: V): Promise<Payload<D> | undefined> => {
      setProblem(undefined);
      const done = await run(variables);
      if ("payload" in done) return done.payload;
      setProblem(done.problem);
      return undefined;
    },
    [run],
  );
  return { send, busy, problem };
}

/** Runs the mutation of a button, and shows a problem in a toast. */
export function useAction<D extends Answer, V extends Record<string, unknown>>(
  document: TypedDocumentNode<D, V>,
) {
  const [run, busy] = useRun(document, []);
  const toasts = useToasts();
  const act = useCallback(
    async (variables: V): Promise<Payload<D> | undefined> => {
      const done = await run(variables);
      if ("payload" in done) return done.payload;
      toasts.problem(done.problem.message);
      return undefined;
    },
    [run, toasts],
  );
  return [act, busy] as const;
}
