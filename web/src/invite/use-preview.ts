import { useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "urql";
import {
  type ForeseenFragment,
  type InviteeInput,
  InvitePreviewDocument,
} from "#generated/operations";
import { type Problem, problemIn } from "../api/problem";
import { batches } from "./invitee";
import { keyOf } from "./list/address";

/** The delay in milliseconds after the last change before a request is sent. */
const PAUSE = 250;

type Preview = {
  /** The expected outcomes for each person, one per workspace, by key of the address (`keyOf`). */
  outcomes: ReadonlyMap<string, readonly ForeseenFragment[]>;
  /** Whether outcomes are still loading. */
  busy: boolean;
  problem: Problem | undefined;
};

const NOTHING: Preview = { outcomes: new Map(), busy: false, problem: undefined };

/** Groups outcomes by the key of their address. */
export function byPerson<T extends { email: string }>(outcomes: Iterable<T>): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const outcome of outcomes) {
    const key = keyOf(outcome.email);
    map.set(key, [...(map.get(key) ?? []), outcome]);
  }
  return map;
}

/** Fetches the expected outcomes of invitations, without sending any, one batch per request. */
export function usePreview(invitees: readonly InviteeInput[], workspaceIds: string[]): Preview {
  const client = useClient();
  const [preview, setPreview] = useState(NOTHING);
  // A cache of outcomes by batch, so that unchanged batches are not requested again.
  const known = useRef(new Map<string, readonly ForeseenFragment[]>());
  const wanted = useMemo(
    () => JSON.stringify(batches(invitees).map((batch) => ({ invitees: batch, workspaceIds }))),
    [invitees, workspaceIds],
  );
  useEffect(() => {
    const inputs: { invitees: InviteeInput[]; workspaceIds: string[] }[] = JSON.parse(wanted);
    if (inputs.length === 0 || inputs[0]?.workspaceIds.length === 0) {
      setPreview(NOTHING);
      return;
    }
    let dropped = false;
    const ask = async () => {
      const all: ForeseenFragment[] = [];
      for (const input of inputs) {
        const key = JSON.stringify(input);
        let outcomes = known.current.get(key);
        if (!outcomes) {
          const { data, error } = await client.query(
            InvitePreviewDocument,
            { input },
            { requestPolicy: "network-only" },
          );
          if (dropped) return;
          const payload = data?.inviteUsersPreview;
          const problem = problemIn(error, payload, []);
          if (problem || !payload) {
            setPreview((before) => ({ ...before, busy: false, problem }));
            return;
          }
          outcomes = payload.outcomes;
          known.current.set(key, outcomes);
        }
        all.push(...outcomes);
      }
      setPreview({ outcomes: byPerson(all), busy: false, problem: undefined });
    };
    setPreview((before) => ({ ...before, busy: true }));
    const timer = setTimeout(ask, PAUSE);
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [client, wanted]);
  return preview;
}
