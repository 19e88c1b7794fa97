import { RevokeSessionDocument, SessionsDocument, type SessionsQuery } from "#generated/operations";
import { useAction } from "../api/change";
import { useKept } from "../api/kept";
import { useRead } from "../api/read";
import { OutOfDate } from "../shell/states";
import { Badge, Bone } from "../ui/bits";
import { Button } from "../ui/button";
import { Card } from "../ui/page";
import { Time } from "../ui/time";
import { useToasts } from "../ui/toasts";
import styles from "./account.module.css";

type Session = NonNullable<SessionsQuery["viewer"]>["sessions"]["nodes"][number];

/** Where the viewer is signed in; each but this one can be ended. */
export function Sessions() {
  const { data, error, again } = useRead(SessionsDocument, {});
  const sessions = useKept(data?.viewer?.sessions.nodes);
  return (
    <Card title="Sessions">
      <p className="muted">Where you are signed in. End what you do not know.</p>
      {error && <OutOfDate error={error} retry={again} />}
      {!sessions && !error && <Bone />}
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
    toasts.done(`The session on ${name} has ended.`);
    again();
  };
  return (
    <li>
      <span className={styles.what}>
        <span title={session.userAgent}>
          {name} {session.isCurrent && <Badge tone="good">This one</Badge>}
        </span>
        <span className="muted">
          {session.address} · used <Time at={session.lastUsedAt} /> · since{" "}
          <Time at={session.createdAt} />
        </span>
      </span>
      {!session.isCurrent && (
        <Button busy={busy} onClick={end} aria-label={`End the session on ${name}`}>
          End
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

/** "Firefox on macOS": enough to know one's own; what is no browser says its own name. */
function device(userAgent: string): string {
  const match = (list: [RegExp, string][]) =>
    list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = match(BROWSERS);
  const system = match(SYSTEMS);
  if (browser) return system ? `${browser} on ${system}` : browser;
  return userAgent.split(/[\s/]/u, 1)[0] || "An unknown client";
}
