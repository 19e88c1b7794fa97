import type { CombinedError } from "@urql/core";
import type { ReactNode } from "react";
import { useQuery } from "urql";
import { ServiceDocument } from "#generated/operations";
import { AddressNotice } from "../shell/address-notice";
import { NoAnswer } from "../shell/states";
import { Skeleton } from "../ui/elements";
import { Heading, useTitle } from "../ui/page";
import styles from "./layout.module.css";

/** The layout of pages outside the frame, such as signing in: a single centered card. */
export function Entry({
  title,
  lead,
  foot,
  children,
}: {
  title: string;
  lead?: ReactNode;
  foot?: ReactNode;
  children?: ReactNode;
}) {
  useTitle(title);
  return (
    <main className={styles.layout}>
      <p className={styles.brand}>
        <img src="/favicon.svg" alt="" width="28" height="28" />
        TokenVue
      </p>
      <div className={styles.card}>
        <div className={styles.head}>
          <Heading>{title}</Heading>
          {lead && <p>{lead}</p>}
        </div>
        <Address />
        {children}
      </div>
      {foot && <div className={styles.foot}>{foot}</div>}
    </main>
  );
}

function Address() {
  const [{ data }] = useQuery({ query: ServiceDocument, requestPolicy: "cache-first" });
  return <AddressNotice publicUrl={data?.service?.publicUrl} />;
}

/** A placeholder for [Entry] while its data loads. */
export const EntryLoading = ({ title }: { title: string }) => (
  <Entry title={title}>
    <Skeleton width="90%" />
    <Skeleton width="70%" />
    <Skeleton width="80%" />
  </Entry>
);

/** An error with a retry button, shown instead of [Entry] if its data could not be loaded. */
export const EntryFailed = (props: { error: CombinedError; retry: () => void }) => (
  <main className={styles.layout}>
    <NoAnswer {...props} />
  </main>
);

/** A list of the workspaces of an invitation, with the role in each. */
export function MembershipList({
  memberships,
}: {
  memberships: readonly { name: string; role: string; about?: string | undefined }[];
}) {
  return (
    <ul className={styles.memberships}>
      {memberships.map((membership) => (
        <li key={membership.name}>
          <strong>
            <bdi>{membership.name}</bdi>
          </strong>
          <span>{membership.role}</span>
          {membership.about && <span className="muted">{membership.about}</span>}
        </li>
      ))}
    </ul>
  );
}
