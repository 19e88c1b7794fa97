import type { ReactNode } from "react";
import { Link } from "react-router";
import {
  type FindingFragment,
  type MembershipAction,
  ReviewDocument,
  type ReviewedMemberFragment,
  type ReviewQuery,
} from "#generated/operations";
import { useRead } from "../api/read";
import { usePrevious } from "../api/use-previous";
import { useMemberActions } from "../member/actions";
import { nameOf } from "../member/member";
import { useCurrentWorkspace } from "../shell/session";
import { NoAnswer, OutOfDate } from "../shell/states";
import { Button } from "../ui/button";
import { Avatar, Badge, Skeleton } from "../ui/elements";
import { Card, Page } from "../ui/page";
import { Time } from "../ui/time";
import styles from "./review.module.css";

type Reviewed = ReviewedMemberFragment;

const WAITING = "Stale invitations";

/** The access review page: issues to check regularly, each with the actions that fix it. */
export default function Review() {
  const current = useCurrentWorkspace();
  const read = useRead(ReviewDocument, { workspaceId: current.id });
  // The review is fetched again after each action. The previous data stays visible until then.
  const review = usePrevious(read.data?.workspace?.accessReview);
  if (read.error && !review && read.settled) {
    return <NoAnswer error={read.error} retry={read.again} />;
  }
  return (
    <Page title="Access review" lead="Issues to review and fix">
      {review && read.error && <OutOfDate error={read.error} retry={read.again} />}
      {review ? (
        <Findings review={review} />
      ) : (
        // A single placeholder: the lengths of the lists are unknown, and content must not shift.
        <Card title={WAITING}>
          <Skeleton width="50%" />
        </Card>
      )}
    </Page>
  );
}

type Findings = NonNullable<NonNullable<ReviewQuery["workspace"]>["accessReview"]>;

function Findings({ review }: { review: Findings }) {
  const admins = review.admins?.count;
  const canManage = useCurrentWorkspace().can("TEAM_MANAGE");
  return (
    <>
      <Finding
        title={WAITING}
        about={`Sent over a week ago and not accepted.${canManage ? " Resend or revoke them." : ""}`}
        fine="No invitation is older than a week."
        finding={review.staleInvitations}
        describe={(member) => (
          <>
            Sent <Time at={member.inviteSentAt} />
            {member.invitation?.state === "EXPIRED" && ", expired"}
          </>
        )}
        actions={["RESEND_INVITATION", "REVOKE_INVITATION"]}
        all="status=INVITED&sort=joined"
      />
      <Finding
        title="Inactive for 90+ days"
        about="Members with no activity in the last 90 days."
        fine="Every member was active in the last 90 days."
        finding={review.unseenMembers}
        describe={(member) => (
          <>
            Last active <Time at={member.lastActiveAt} />
          </>
        )}
        actions={["REMOVE"]}
        all="status=ACTIVE&sort=active"
      />
      <Finding
        title="Never signed in"
        about="Members who haven’t opened this workspace since they joined."
        fine="Every member has opened this workspace at least once."
        finding={review.neverSignedIn}
        describe={(member) => (
          <>
            Joined <Time at={member.joinedAt} />
          </>
        )}
        actions={["SEND_PASSWORD_RESET", "REMOVE"]}
        all="status=ACTIVE&sort=active"
      />
      <Finding
        title="Workspace Admins"
        about={adviceOn(admins)}
        tone={admins === 1 || (admins ?? 0) > 3 ? "warn" : "plain"}
        fine=""
        finding={review.admins}
        describe={(member) => (
          <>
            Last active <Time at={member.lastActiveAt} />
          </>
        )}
        actions={["CHANGE_ROLE"]}
        all="status=ACTIVE&role=WORKSPACE_ADMIN"
      />
    </>
  );
}

function adviceOn(admins: number | undefined | null): string {
  if (admins === 1)
    return "Only one admin. If they’re away, no one can manage the team. Add a second one.";
  if ((admins ?? 0) > 3)
    return "More than three people have full access. Check that each of them needs it.";
  return "Two or three admins are recommended.";
}

function Finding({
  title,
  about,
  fine,
  finding,
  describe,
  actions,
  all,
  tone = "warn",
}: {
  title: string;
  about: string;
  /** The text to show if there is nothing to fix. */
  fine: string;
  finding: FindingFragment | null;
  describe: (member: Reviewed) => ReactNode;
  actions: readonly MembershipAction[];
  /** The query string of the team page that lists all affected members, most urgent first. */
  all: string;
  tone?: "warn" | "plain";
}) {
  const current = useCurrentWorkspace();
  const count = finding?.count ?? 0;
  const nodes = finding?.members?.nodes ?? [];
  return (
    <Card
      title={title}
      aside={finding && <Badge tone={count ? tone : "good"}>{count.toLocaleString("en")}</Badge>}
    >
      <p className={styles.about}>{finding && count === 0 ? fine : about}</p>
      {nodes.length > 0 && (
        <ul className={styles.list}>
          {nodes.map((member) => (
            <Item key={member.id} member={member} describe={describe} only={actions} />
          ))}
        </ul>
      )}
      {count > nodes.length && (
        <p className="muted">
          Showing {nodes.length} of {count.toLocaleString("en")}.{" "}
          <Link to={current.path(`team?${all}`)}>View all on the team page</Link>
        </p>
      )}
    </Card>
  );
}

function Item({
  member,
  describe,
  only,
}: {
  member: Reviewed;
  describe: (member: Reviewed) => ReactNode;
  only: readonly MembershipAction[];
}) {
  const current = useCurrentWorkspace();
  const { actions, dialogs } = useMemberActions(member);
  const name = nameOf(member);
  return (
    <li>
      <span className={styles.who}>
        <Avatar name={name} />
        <span>
          <Link to={current.path(`team/${member.id}`)}>
            <bdi>{name}</bdi>
          </Link>
          <span className="muted">{describe(member)}</span>
        </span>
      </span>
      <span className={styles.actions}>
        {actions
          .filter(({ action }) => only.includes(action))
          .map(({ action, label, busy, run }) => (
            <Button key={action} busy={busy} onClick={run} aria-label={`${label}: ${name}`}>
              {label}
            </Button>
          ))}
      </span>
      {dialogs}
    </li>
  );
}
