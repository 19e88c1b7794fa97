import { useEffect, useState } from "react";
import { useClient, useMutation } from "urql";
import {
  type InviteeInput,
  InviteUsersDocument,
  type OutcomeFragment,
} from "#generated/operations";
import { type Problem, problemIn } from "../api/problem";
import { batches } from "./invitee";

type Sending = {
  /** The number of people processed so far, of `total`. */
  sent: number;
  total: number;
  outcomes: readonly OutcomeFragment[];
  problem: Problem | undefined;
};

/**
 * Sends invitations, one batch per request, and stops at the first batch that fails. Keeps the
 * results so far. The user can safely send the whole list again.
 */
export function useSend() {
  const [, execute] = useMutation(InviteUsersDocument);
  const [sending, setSending] = useState<Sending>();
  const [busy, setBusy] = useState(false);
  const client = useClient();
  // A new session clears the last problem, but not the results.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => setSending((last) => (last?.outcomes.length === 0 ? undefined : last)), [client]);
  const send = async (invitees: readonly InviteeInput[], workspaceIds: string[]) => {
    setBusy(true);
    let state: Sending = { sent: 0, total: invitees.length, outcomes: [], problem: undefined };
    for (const batch of batches(invitees)) {
      setSending(state);
      const { data, error } = await execute({ input: { invitees: batch, workspaceIds } });
      const payload = data?.inviteUsers;
      const problem = problemIn(error, payload, ["email"]);
      const outcomes = [...state.outcomes, ...(payload?.outcomes ?? [])];
      state = { ...state, outcomes, problem, sent: state.sent + (problem ? 0 : batch.length) };
      if (problem) break;
    }
    setSending(state);
    setBusy(false);
  };
  return { send, sending, busy, reset: () => setSending(undefined) };
}
