import type { TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useState } from "react";
import { useClient, useMutation } from "urql";
import { useToasts } from "../ui/toasts";
import { NO_ANSWER, type Problem, problemIn, type UserError } from "./problem";

/** What every mutation of the schema is like: one field, with a payload that may have user errors. */
type Answer = { [field: string]: { userErrors: UserError[] } | null };
type Payload<D> = NonNullable<D[keyof D]>;
type Done<D> = { payload: Payload<D> } | { problem: Problem };

/**
 * Runs a mutation. Nothing is thrown: the outcome is its payload, or the problem. `names` are the
 * fields that can show what is wrong with them.
 */
function useRun<D extends Answer, V extends Record<string, unknown>>(
  document: TypedDocumentNode<D, V>,
  names: readonly string[],
) {
  const [{ fetching }, execute] = useMutation(document);
  // Names are written where the hook is used, and never change.
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

/** A form's mutation: keeps the problem, to be shown at the fields and above the form. */
export function useForm<D extends Answer, V extends Record<string, unknown>>(
  document: TypedDocumentNode<D, V>,
  names: readonly string[],
) {
  const [run, busy] = useRun(document, names);
  const [problem, setProblem] = useState<Problem>();
  const client = useClient();
  // A new session clears the problem of the last one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
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

/** A button's mutation: shows a problem in a toast. */
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
