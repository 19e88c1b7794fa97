import { UserX } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { MemberDocument, type MemberQuery } from "#generated/operations";
import { useRead } from "../api/read";
import { type CurrentWorkspace, useCurrentWorkspace, useRoleName } from "../shell/session";
import { NoAnswer, OutOfDate } from "../shell/states";
import { Status } from "../team/status";
import { Button, ButtonLink } from "../ui/button";
import { Avatar, Badge, Empty, Skeleton } from "../ui/elements";
import { Buttons } from "../ui/field";
import { Card, Page } from "../ui/page";
import { Time } from "../ui/time";
import { useMemberActions } from "./actions";
import { InvitationCard } from "./invitation";
import { nameOf } from "./member";
import styles from "./member.module.css";

type Member = NonNullable<NonNullable<MemberQuery["workspace"]>["member"]>;

/** The page of one member: identity, membership and available actions. */
export default function MemberPage() {
  const current = useCurrentWorkspace();
  const { memberId = "" } = useParams();
  const own = memberId === current.membershipId;
  const { data, error, settled, again } = useRead(MemberDocument, {
    workspaceId: current.id,
    memberId,
    review: current.can("TEAM_REVIEW") || own,
  });
  const member = data?.workspace?.member;
  const back = { to: current.path("team"), label: "Team" };
  if (member?.role && member.email) {
    return (
      <Known member={member} current={current} complete={settled}>
        {error && <OutOfDate error={error} retry={again} />}
      </Known>
    );
  }
  if (error) return <NoAnswer error={error} retry={again} />;
  if (!settled) {
    return (
      <Page title="Member" heading={<Skeleton width="12ch" />} back={back}>
        <Card title="Membership">
          <Skeleton width="70%" />
          <Skeleton width="50%" />
        </Card>
      </Page>
    );
  }
  return (
    <Page title="Member not found" back={back}>
      <Empty
        icon={UserX}
        title="This member doesn’t exist"
        actions={<ButtonLink to={current.path("team")}>Go to the team</ButtonLink>}
      >
        They may have been removed, or the link may be incomplete.
      </Empty>
    </Page>
  );
}

function Known({
  member,
  current,
  complete,
  children,
}: {
  member: Member;
  current: CurrentWorkspace;
  complete: boolean;
  children: ReactNode;
}) {
  const { actions, dialogs } = useMemberActions(member);
  const own = member.id === current.membershipId;
  const name = nameOf(member);
  const heading = (
    <span className={styles.who}>
      <Avatar name={name} large />
      <span>
        <span>
          <bdi>{name}</bdi> {own && <Badge>You</Badge>}
        </span>
        <bdi className={styles.address}>{member.email}</bdi>
      </span>
    </span>
  );
  return (
    <Page title={name} heading={heading} back={{ to: current.path("team"), label: "Team" }}>
      {children}
      {actions.length > 0 && (
        <Buttons>
          {actions.map(({ action, label, icon: Icon, danger, busy, run }) => (
            <Button key={action} look={danger ? "quiet" : "plain"} busy={busy} onClick={run}>
              <Icon aria-hidden="true" size={16} />
              {label}
            </Button>
          ))}
        </Buttons>
      )}
      <div className={styles.columns}>
        <Facts member={member} current={current} />
        {member.invitation && <InvitationCard invitation={member.invitation} />}
        <Workspaces member={member} current={current} complete={complete} />
      </div>
      {dialogs}
    </Page>
  );
}

function Facts({ member, current }: { member: Member; current: CurrentWorkspace }) {
  const roleName = useRoleName();
  const own = member.id === current.membershipId;
  return (
    <Card title="Membership">
      <dl className={styles.facts}>
        <dt>Role</dt>
        <dd>{roleName(member.role)}</dd>
        <dt>Status</dt>
        <dd>
          <Status member={member} />
        </dd>
        {member.status === "ACTIVE" && (
          <>
            <dt>Joined</dt>
            <dd>
              {member.joinedAt === undefined ? (
                <Skeleton width="8ch" />
              ) : (
                <Time at={member.joinedAt} />
              )}
            </dd>
          </>
        )}
        {(current.can("TEAM_REVIEW") || own) && member.lastActiveAt !== undefined && (
          <>
            <dt>Last active</dt>
            <dd>
              <Time at={member.lastActiveAt} />
            </dd>
            <dt>Invite sent</dt>
            <dd>
              <Time at={member.inviteSentAt} never="Not invited by email" />
            </dd>
          </>
        )}
        {current.can("ACCESS_HISTORY_VIEW") && member.user && (
          <>
            <dt>History</dt>
            <dd>
              <Link to={current.path(`history?subject=${encodeURIComponent(member.user.id)}`)}>
                Changes to this member
              </Link>
              {", "}
              <Link to={current.path(`history?actor=${encodeURIComponent(member.user.id)}`)}>
                activity by this member
              </Link>
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function Workspaces({
  member,
  current,
  complete,
}: {
  member: Member;
  current: CurrentWorkspace;
  complete: boolean;
}) {
  const roleName = useRoleName();
  const memberships = member.user?.memberships?.nodes;
  return (
    <Card title="Workspaces">
      {!memberships && !complete && <Skeleton width="60%" />}
      {memberships && (
        <ul className={styles.list}>
          {memberships.map((membership) => (
            <li key={membership.id}>
              {membership.workspace.id === current.id ? (
                <bdi>{membership.workspace.name}</bdi>
              ) : (
                <Link to={`/w/${membership.workspace.slug}/team/${membership.id}`}>
                  <bdi>{membership.workspace.name}</bdi>
                </Link>
              )}
              <span className="muted">
                {roleName(membership.role)}
                {membership.status === "INVITED" && ", invited"}
              </span>
            </li>
          ))}
        </ul>
      )}
      {current.can("TEAM_MANAGE") && member.id !== current.membershipId && (
        <p className="muted">Only workspaces that you manage are listed.</p>
      )}
    </Card>
  );
}
