import type { ReactNode } from "react";
import { Link } from "react-router";
import {
  type FindingFragment,
  type MembershipAction,
  ReviewDocument,
  type ReviewedMemberFragment,
  type ReviewQuery,
} from "#generated/operations";
import { useKept } from "../api/kept";
import { useRead } from "../api/read";
import { useMemberActions } from "../member/actions";
import { nameOf } from "../member/member";
import { useHere } from "../shell/session";
import { NoAnswer, OutOfDate } from "../shell/states";
import { Avatar, Badge, Bone } from "../ui/bits";
import { Button } from "../ui/button";
import { Card, Page } from "../ui/page";
import { Time } from "../ui/time";
import styles from "./review.module.css";

type Reviewed = ReviewedMemberFragment;

const WAITING = "Invitations waiting too long";

/** What good practice looks at again and again, each one click from the action that mends it. */
export default function Review() {
  const here = useHere();
  const read = useRead(ReviewDocument, { workspaceId: here.id });
  // After each action it is read anew; the work goes on meanwhile.
  const review = useKept(read.data?.workspace?.accessReview);
  if (read.error && !review && read.settled) {
    return <NoAnswer error={read.error} retry={read.again} />;
  }
  return (
    <Page title="Access review" lead="What to look at from time to time, and to mend.">
      {review && read.error && <OutOfDate error={read.error} retry={read.again} />}
      {review ? (
        <Findings review={review} />
      ) : (
        // One alone: how long its list is, nobody knows before, and nothing may be pushed down by it.
        <Card title={WAITING}>
          <Bone width="50%" />
        </Card>
      )}
    </Page>
  );
}

type Findings = NonNullable<NonNullable<ReviewQuery["workspace"]>["accessReview"]>;

function Findings({ review }: { review: Findings }) {
  const admins = review.admins?.count;
  const mends = useHere().can("TEAM_MANAGE");
  return (
    <>
      <Finding
        title={WAITING}
        about={`Sent over a week ago, and not accepted.${mends ? " Send them again, or take them back." : ""}`}
        fine="Every invitation is younger than a week."
        finding={review.staleInvitations}
        told={(member) => (
          <>
            Sent <Time at={member.inviteSentAt} />
            {member.invitation?.state === "EXPIRED" && ", expired"}
          </>
        )}
        actions={["RESEND_INVITATION", "REVOKE_INVITATION"]}
        all="status=INVITED&sort=joined"
      />
      <Finding
        title="Members long unseen"
        about="Active once, but not in the last 90 days."
        fine="Every member was active in the last 90 days."
        finding={review.unseenMembers}
        told={(member) => (
          <>
            Last active <Time at={member.lastActiveAt} />
          </>
        )}
        actions={["REMOVE"]}
        all="status=ACTIVE&sort=active"
      />
      <Finding
        title="Not here since they joined"
        about="In the team, but not seen in it since they joined it."
        fine="Every member was here at least once."
        finding={review.neverSignedIn}
        told={(member) => (
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
        told={(member) => (
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
    return "Only one: if they are away, nobody can manage the team. Two or three are good.";
  if ((admins ?? 0) > 3) return "More than three can do everything. Does each of them need to?";
  return "Two or three are good practice.";
}

function Finding({
  title,
  about,
  fine,
  finding,
  told,
  actions,
  all,
  tone = "warn",
}: {
  title: string;
  about: string;
  /** What to say where there is nothing to mend. */
  fine: string;
  finding: FindingFragment | null;
  told: (member: Reviewed) => ReactNode;
  actions: readonly MembershipAction[];
  /** The view of the team page that has all of them, the most pressing first. */
  all: string;
  tone?: "warn" | "plain";
}) {
  const here = useHere();
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
            <Item key={member.id} member={member} told={told} only={actions} />
          ))}
        </ul>
      )}
      {count > nodes.length && (
        <p className="muted">
          The first {nodes.length} of {count.toLocaleString("en")}.{" "}
          <Link to={here.path(`team?${all}`)}>All of them on the team page</Link>
        </p>
      )}
    </Card>
  );
}

function Item({
  member,
  told,
  only,
}: {
  member: Reviewed;
  told: (member: Reviewed) => ReactNode;
  only: readonly MembershipAction[];
}) {
  const here = useHere();
  const { actions, dialogs } = useMemberActions(member);
  const name = nameOf(member);
  return (
    <li>
      <span className={styles.who}>
        <Avatar name={name} />
        <span>
          <Link to={here.path(`team/${member.id}`)}>
            <bdi>{name}</bdi>
          </Link>
          <span className="muted">{told(member)}</span>
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
