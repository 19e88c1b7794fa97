import type { ReactNode } from "react";
import { Link } from "react-router";
import { TeamSummaryDocument } from "#generated/operations";
import { useRead } from "../api/read";
import { useCurrentWorkspace } from "../shell/session";
import { Skeleton } from "../ui/elements";
import styles from "./team.module.css";

const counts = new Intl.NumberFormat("en");

/** The three counts of the team summary. Each links to the members that it counts. */
export function Figures() {
  const current = useCurrentWorkspace();
  const { data } = useRead(TeamSummaryDocument, { workspaceId: current.id });
  const summary = data?.workspace?.teamSummary;
  const expired = summary?.expiredInvites;
  const hint = expired ? `${counts.format(expired)} expired` : undefined;
  return (
    <section aria-label="Team summary" className={styles.figures}>
      <Figure label="Total users" count={summary?.totalUsers} to="?" />
      <Figure label="Active" count={summary?.activeNow} to="?status=ACTIVE" />
      <Figure label="Pending invites" count={summary?.pendingInvites} to="?status=INVITED">
        {hint &&
          (current.can("TEAM_REVIEW") ? (
            <Link to="?status=EXPIRED" className={styles.hint}>
              {hint}
            </Link>
          ) : (
            <span className={styles.hint}>{hint}</span>
          ))}
      </Figure>
    </section>
  );
}

function Figure({
  label,
  count,
  to,
  children,
}: {
  label: string;
  count: number | undefined;
  to: string;
  children?: ReactNode;
}) {
  return (
    <div className={styles.figure}>
      <Link to={to} className={styles.whole}>
        <span className="muted">{label}</span>
        <span className={styles.count}>
          {count === undefined ? <Skeleton width="2ch" /> : counts.format(count)}
        </span>
      </Link>
      {children}
    </div>
  );
}
