import type { DeliveryState, MemberQuery } from "#generated/operations";
import { Skeleton } from "../ui/elements";
import { Card } from "../ui/page";
import { Time } from "../ui/time";
import styles from "./member.module.css";

type Member = NonNullable<NonNullable<MemberQuery["workspace"]>["member"]>;

const DELIVERY: Record<DeliveryState, string> = {
  QUEUED: "Queued",
  SENT: "Accepted by the mail server",
  RETRYING: "Retrying",
  BLOCKED: "On hold until the mail server accepts email again",
  REFUSED: "Rejected",
  HELD: "In the local mailbox: email isn’t set up",
  CANCELLED: "Not sent",
};

/** A card with the dates and the mail delivery state of a pending invitation. */
export function InvitationCard({ invitation }: { invitation: NonNullable<Member["invitation"]> }) {
  const { delivery, inviter, state, expiresAt, sentCount, createdAt, renewalAskedAt } = invitation;
  return (
    <Card title="Invitation">
      <dl className={styles.facts}>
        <dt>Sent</dt>
        <dd>
          <Time at={invitation.sentAt} />
          {(sentCount ?? 1) > 1 && `, ${sentCount} times in total`}
        </dd>
        <dt>First invited</dt>
        <dd>
          {createdAt ? <Time at={createdAt} /> : <Skeleton width="8ch" />}
          {inviter && (
            <>
              {" "}
              by <bdi>{inviter.name}</bdi>
            </>
          )}
        </dd>
        <dt>{state === "EXPIRED" ? "Expired" : "Expires"}</dt>
        <dd>
          <Time at={expiresAt} tense={state === "EXPIRED" ? "past" : "future"} />
        </dd>
        {delivery && (
          <>
            <dt>Delivery</dt>
            <dd>
              {DELIVERY[delivery.state]}
              {delivery.attempts > 1 && `, after ${delivery.attempts} attempts`}
              {delivery.reason && delivery.state !== "HELD" && (
                <span className="muted"> – {delivery.reason}</span>
              )}
              {delivery.nextAttemptAt && (
                <>
                  , next <Time at={delivery.nextAttemptAt} tense="future" />
                </>
              )}
            </dd>
          </>
        )}
        {renewalAskedAt && (
          <>
            <dt>New link requested</dt>
            <dd>
              <Time at={renewalAskedAt} />
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}
