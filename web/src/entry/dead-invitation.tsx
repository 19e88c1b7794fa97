import { useState } from "react";
import { Link } from "react-router";
import { RequestNewInvitationDocument } from "#generated/operations";
import { useForm } from "../api/use-mutation";
import { Button, ButtonLink } from "../ui/button";
import { Notice } from "../ui/notice";
import type { Invitation } from "./accept-invitation";
import { Entry } from "./layout";

const TITLES: Partial<Record<Invitation["state"], string>> = {
  EXPIRED: "This invitation has expired",
  USED: "This invitation has already been used",
  DECLINED: "This invitation was declined",
  REVOKED: "This invitation was revoked",
  REPLACED: "A newer link was sent",
};

/** A page for an invitation that cannot be accepted, with the reason and the next step. */
export function DeadInvitation({ invitation, token }: { invitation: Invitation; token: string }) {
  const { send, busy, problem } = useForm(RequestNewInvitationDocument, []);
  const [asked, setAsked] = useState(false);
  const { state, message } = invitation;
  const ask = async () => setAsked((await send({ input: { token } })) !== undefined);
  const title = TITLES[state] ?? "This link cannot be used";
  return (
    <Entry title={title} foot={<Link to="/sign-in">Go to sign in</Link>}>
      {asked ? (
        <Notice tone="good">
          <p>
            We’ve notified the person who invited you. You’ll get an email when they resend the
            invitation.
          </p>
        </Notice>
      ) : (
        <Notice tone="warn">
          <p>{message}</p>
        </Notice>
      )}
      {problem && <Notice tone="danger">{problem.message}</Notice>}
      {state === "EXPIRED" && !asked && (
        <Button look="primary" wide busy={busy} onClick={ask}>
          Request a new invitation
        </Button>
      )}
      {state === "USED" && (
        <ButtonLink to="/sign-in" look="primary" wide>
          Sign in
        </ButtonLink>
      )}
    </Entry>
  );
}
