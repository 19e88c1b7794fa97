import type { CombinedError } from "@urql/core";
import type { ReactNode } from "react";
import { useQuery } from "urql";
import { ServiceDocument } from "#generated/operations";
import { AddressNotice } from "../shell/address-notice";
import { NoAnswer } from "../shell/states";
import { Skeleton } from "../ui/elements";
import { Heading, useTitle } from "../ui/page";
import styles from "./layout.module.css";

/** A page for those who are not in yet: one card in the middle. */
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

/** The same while its contents are on their way. */
export const EntryLoading = ({ title }: { title: string }) => (
  <Entry title={title}>
    <Skeleton width="90%" />
    <Skeleton width="70%" />
    <Skeleton width="80%" />
  </Entry>
);

/** The same where they could not be read. */
export const EntryFailed = (props: { error: CombinedError; retry: () => void }) => (
  <main className={styles.layout}>
    <NoAnswer {...props} />
  </main>
);

/** Where an invitation leads, and as what. */
export function Places({
  places,
}: {
  places: readonly { name: string; role: string; about?: string | undefined }[];
}) {
  return (
    <ul className={styles.places}>
      {places.map((place) => (
        <li key={place.name}>
          <strong>
            <bdi>{place.name}</bdi>
          </strong>
          <span>{place.role}</span>
          {place.about && <span className="muted">{place.about}</span>}
        </li>
      ))}
    </ul>
  );
}
