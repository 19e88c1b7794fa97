import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { AuditEventKind, AuditOutcome, HistoryQueryVariables } from "#generated/operations";
import { isKind } from "./kinds";

/** The state of the history page, which the URL stores. */
export type View = {
  kind: AuditEventKind | undefined;
  outcome: AuditOutcome | undefined;
  /** The user ids of the actor and of the subject. */
  actor: string | undefined;
  subject: string | undefined;
  /** The first and the last day, such as `2026-11-25`, in the browser's time zone. */
  from: string | undefined;
  until: string | undefined;
  after: string | undefined;
};

const day = (text: string | null) =>
  text && /^\d{4}-\d\d-\d\d$/u.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;

function read(params: URLSearchParams): View {
  const kind = params.get("kind");
  const outcome = params.get("outcome");
  return {
    kind: isKind(kind) ? kind : undefined,
    outcome: outcome === "DONE" || outcome === "REFUSED" ? outcome : undefined,
    actor: params.get("actor") ?? undefined,
    subject: params.get("subject") ?? undefined,
    from: day(params.get("from")),
    until: day(params.get("until")),
    after: params.get("after") ?? undefined,
  };
}

/** Returns the URL parameters of a view. */
export function write(view: Partial<View>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) if (value) params.set(name, value);
  return params;
}

/** Returns the view in the URL, and a function that changes it and resets the cursor. */
export function useView() {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => read(params), [params]);
  const change = (part: Partial<View>) =>
    setParams(write({ ...view, after: undefined, ...part }), { replace: true });
  return [view, change] as const;
}

/** Returns the start of the day that is `days` after `date`, in the browser's time zone. */
function midnight(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00`);
  at.setDate(at.getDate() + days);
  return at.toISOString();
}

/** Returns the query variables of a view. The last day is included. */
export function variables(view: View, workspaceId: string): HistoryQueryVariables {
  return {
    workspaceId,
    after: view.after ?? null,
    kind: view.kind ?? null,
    outcome: view.outcome ?? null,
    actorId: view.actor ?? null,
    subjectId: view.subject ?? null,
    from: view.from ? midnight(view.from, 0) : null,
    until: view.until ? midnight(view.until, 1) : null,
  };
}
