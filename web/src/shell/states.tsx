import type { CombinedError } from "@urql/core";
import { CloudOff, RefreshCw } from "lucide-react";
import { problemOf } from "../api/problem";
import { Button } from "../ui/button";
import { Empty, Skeleton } from "../ui/elements";
import { Notice } from "../ui/notice";
import styles from "./states.module.css";

/** Before anything is known: nothing that could jump. */
export const Splash = () => <output aria-label="Loading" />;

/** A page of the frame while its part of the program is on its way. */
export const PageSkeleton = () => (
  <div className={styles.skeleton} aria-busy="true">
    <Skeleton width="9ch" />
    <Skeleton width="32ch" />
    <div className={styles.card} />
  </div>
);

/** What to do where a page could not be read. */
export function NoAnswer({ error, retry }: { error: CombinedError; retry: () => void }) {
  return (
    <Empty
      level={1}
      icon={CloudOff}
      title="This page could not be loaded"
      actions={<Button onClick={retry}>Try again</Button>}
    >
      {problemOf(error).message}
    </Empty>
  );
}

/** Over what was read before, where it could not be read again. */
export function OutOfDate({ error, retry }: { error: CombinedError; retry: () => void }) {
  return (
    <Notice tone="danger">
      <p>
        What you see may be out of date. {problemOf(error).message}{" "}
        <Button look="link" onClick={retry}>
          Try again
        </Button>
      </p>
    </Notice>
  );
}

/** Where a part of the program could not be loaded, or failed: often there is a newer version. */
export function Broken() {
  return (
    <Empty
      level={1}
      icon={RefreshCw}
      title="This page could not be shown"
      actions={<Button onClick={() => location.reload()}>Reload</Button>}
    >
      A new version may be available.
    </Empty>
  );
}
