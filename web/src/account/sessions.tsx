import { RevokeSessionDocument, SessionsDocument, type SessionsQuery } from "#generated/operations";
import { useRead } from "../api/read";
import { useAction } from "../api/use-mutation";
import { usePrevious } from "../api/use-previous";
import { OutOfDate } from "../shell/states";
import { Button } from "../ui/button";
import { Badge, Skeleton } from "../ui/elements";
import { Card } from "../ui/page";
import { Time } from "../ui/time";
import { useToasts } from "../ui/toasts";
import styles from "./account.module.css";

type Session = NonNullable<SessionsQuery["viewer"]>["sessions"]["nodes"][number];

/** A list of the viewer's sessions. All except the current one can be signed out. */
export function Sessions() {
  const { data, error, again } = useRead(SessionsDocument, {});
  const sessions = usePrevious(data?.viewer?.sessions.nodes);
  return (
    <Card title="Sessions">
      <p className="muted">Sign out any session you don’t recognize.</p>
      {error && <OutOfDate error={error} retry={again} />}
      {!sessions && !error && <Skeleton />}
      <ul className={styles.list}>
        {sessions?.map((session) => (
          <Item key={session.id} session={session} again={again} />
        ))}
      </ul>
    </Card>
  );
}

function Item({ session, again }: { session: Session; again: () => void }) {
  const toasts = useToasts();
  const [revoke, busy] = useAction(RevokeSessionDocument);
  const name = device(session.userAgent);
  const end = async () => {
    if (!(await revoke({ input: { sessionId: session.id } }))) return;
    toasts.done(`Signed out of ${name}.`);
    again();
  };
  return (
    <li>
      <span className={styles.what}>
        <span title={session.userAgent}>
          {name} {session.isCurrent && <Badge tone="good">This device</Badge>}
        </span>
        <span className="muted">
          {session.address} · last used <Time at={session.lastUsedAt} /> · signed in{" "}
          <Time at={session.createdAt} />
        </span>
      </span>
      {!session.isCurrent && (
        <Button busy={busy} onClick={end} aria-label={`Sign out of ${name}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}

const BROWSERS: [RegExp, string][] = [
  [/Edg\//u, "Edge"],
  [/OPR\//u, "Opera"],
  [/Firefox\//u, "Firefox"],
  [/Chrome\//u, "Chrome"],
  [/Safari\//u, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Windows/u, "Windows"],
  [/Android/u, "Android"],
  [/iPhone|iPad/u, "iOS"],
  [/Mac OS X/u, "macOS"],
  [/Linux/u, "Linux"],
];

/**
 * Returns the browser and operating system of a user agent, such as "Firefox on macOS". For other
 * clients, returns the product name.
 */
function device(userAgent: string): string {
  const match = (list: [RegExp, string][]) =>
    list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = match(BROWSERS);
  const system = match(SYSTEMS);
  if (browser) return system ? `${browser} on ${system}` : browser;
  return userAgent.split(/[\s/]/u, 1)[0] || "An unknown client";
}
