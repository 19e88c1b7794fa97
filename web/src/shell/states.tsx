import type { CombinedError } from "@urql/core";
import { CloudOff, RefreshCw } from "lucide-react";
import { problemOf } from "../api/problem";
import { Button } from "../ui/button";
import { Empty, Skeleton } from "../ui/elements";
import { Notice } from "../ui/notice";
import styles from "./states.module.css";

/** An empty placeholder while the app loads. It shows nothing, to avoid a layout shift. */
export const Splash = () => <output aria-label="Loading" />;

/** A placeholder for a page while its code loads. */
export const PageSkeleton = () => (
  <div className={styles.skeleton} aria-busy="true">
    <Skeleton width="9ch" />
    <Skeleton width="32ch" />
    <div className={styles.card} />
  </div>
);

/** An error with a retry button, for a page whose data could not be loaded. */
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

/** A notice above older data that could not be refreshed. */
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

/**
 * An error with a reload button, for code that failed to load or threw an error. A common cause is
 * that a new version of the console has been deployed.
 */
export function Broken() {
  return (
    <Empty
      level={1}
      icon={RefreshCw}
      title="This page could not be loaded"
      actions={<Button onClick={() => location.reload()}>Reload</Button>}
    >
      A new version of the console may be available.
    </Empty>
  );
}
