import { Ellipsis } from "lucide-react";
import { Link } from "react-router";
import type { MemberRowFragment } from "#generated/operations";
import { MemberMenu } from "../member/menu";
import { RoleMenu } from "../member/role-menu";
import type { CurrentWorkspace } from "../shell/session";
import { Button } from "../ui/button";
import { Avatar, Badge } from "../ui/elements";
import type { Column } from "../ui/table";
import { Time } from "../ui/time";
import { Status } from "./status";
import styles from "./team.module.css";

export type Row = MemberRowFragment;

/** Returns the columns of the member table that the viewer may see. */
export function columnsFor(current: CurrentWorkspace): Column<Row>[] {
  const columns: (Column<Row> | false)[] = [
    {
      id: "name",
      header: "Name",
      sortable: true,
      narrow: "title",
      cell: (member) => <Name member={member} own={member.id === current.membershipId} />,
    },
    {
      id: "email",
      header: "Email",
      sortable: true,
      narrow: "wide",
      cell: (member) => <Email member={member} />,
    },
    {
      id: "role",
      header: "Role",
      sortable: true,
      nowrap: true,
      cell: (member) => <RoleMenu member={member} />,
    },
    {
      id: "status",
      header: "Status",
      nowrap: true,
      cell: (member) => <Status member={member} />,
    },
    current.can("TEAM_REVIEW") && {
      id: "active",
      header: "Last active",
      sortable: true,
      nowrap: true,
      cell: (member) => (member.status === "INVITED" ? "–" : <Time at={member.lastActiveAt} />),
    },
    current.can("TEAM_REVIEW") && {
      id: "sent",
      header: "Invite sent",
      nowrap: true,
      cell: (member) => <Time at={member.inviteSentAt} never="–" />,
    },
    current.can("TEAM_MANAGE") && {
      id: "actions",
      header: "Actions",
      end: true,
      cell: (member) => (
        <MemberMenu
          member={member}
          trigger={
            <Button look="quiet" icon aria-label={`Actions for ${member.name}`}>
              <Ellipsis aria-hidden="true" size={18} />
            </Button>
          }
        />
      ),
    },
  ];
  return columns.filter((column) => column !== false);
}

const Email = ({ member }: { member: Row }) => (
  <bdi className={styles.email} title={member.email ?? undefined}>
    {member.email}
  </bdi>
);

function Name({ member, own }: { member: Row; own: boolean }) {
  const name = member.name ?? "";
  return (
    <div className={styles.member}>
      <Avatar name={name} />
      <span className={styles.names}>
        <span>
          <Link to={`${member.id}`}>
            <bdi>{name}</bdi>
          </Link>{" "}
          {own && <Badge>You</Badge>}
        </span>
        <span className={styles.address}>
          <Email member={member} />
        </span>
      </span>
    </div>
  );
}
