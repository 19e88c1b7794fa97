import { useEffect } from "react";
import { useLocation } from "react-router";
import { useSingleKeys } from "../shell/keys";
import { useSession } from "../shell/session";
import { Checkbox } from "../ui/field";
import { Card, Page } from "../ui/page";
import styles from "./account.module.css";
import { Password } from "./password";
import { Profile } from "./profile";
import { Sessions } from "./sessions";
import { Workspaces } from "./workspaces";

/** The account page: the viewer's name, password, keyboard shortcuts, workspaces, and sessions. */
export default function Account() {
  const { user } = useSession();
  const { hash } = useLocation();
  useEffect(() => {
    if (!hash) return;
    const part = document.getElementById(hash.slice(1));
    part?.scrollIntoView();
    const field = part?.querySelector<HTMLElement>("input:not([hidden])");
    (field ?? part)?.focus({ preventScroll: true });
  }, [hash]);
  return (
    <Page title="My account" lead={<bdi>{user.email}</bdi>}>
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Profile />
          <div id="password">
            <Password />
          </div>
          <Keyboard />
        </div>
        <div className={styles.stack}>
          <div id="workspaces" tabIndex={-1}>
            <Workspaces />
          </div>
          <Sessions />
        </div>
      </div>
    </Page>
  );
}

function Keyboard() {
  const [single, setSingle] = useSingleKeys();
  return (
    <Card title="Keyboard">
      <p>
        <kbd>Ctrl</kbd> <kbd>K</kbd> opens search for pages, workspaces and members.
      </p>
      <Checkbox checked={single === "on"} onCheckedChange={(on) => setSingle(on ? "on" : "off")}>
        On the team page, press <kbd>/</kbd> to search and <kbd>i</kbd> to invite
      </Checkbox>
    </Card>
  );
}
