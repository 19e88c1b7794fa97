import { Tabs } from "@base-ui/react/tabs";
import { useMemo, useState } from "react";
import type { InviteeInput, OutcomeFragment, Role } from "#generated/operations";
import { type Problem, problemOfInput } from "../api/problem";
import { MailNotice } from "../shell/mail-notice";
import { useCurrentWorkspace, useSession } from "../shell/session";
import { Notice } from "../ui/notice";
import { Page } from "../ui/page";
import styles from "./invite.module.css";
import { ManyPeople, type Rest } from "./many";
import { OnePerson } from "./one";
import { Results } from "./results";
import { type Source, typed } from "./source";
import { useSend } from "./use-send";

/** The page for inviting one person or several people. */
export default function Invite() {
  const current = useCurrentWorkspace();
  const { service } = useSession();
  const [tab, setTab] = useState("one");
  // The tab that was submitted. The user may switch tabs during the request.
  const [sent, setSent] = useState(tab);
  const [role, setRole] = useState<Role>("GATEWAY_OPERATOR");
  const [chosen, setChosen] = useState([current.id]);
  const [source, setSource] = useState<Source>(typed(""));
  const [invitees, setInvitees] = useState<readonly InviteeInput[]>([]);
  const { send, sending, busy, reset } = useSend();
  const [rest, setRest] = useState<Rest>();
  const onSend = (list: InviteeInput[], left?: Rest) => {
    setSent(tab);
    setRest(left);
    setInvitees(list);
    send(list, chosen);
  };
  const retry = (failed: InviteeInput[]) => {
    setSource(typed(rest?.rewrite(failed) ?? ""));
    setTab("many");
    reset();
  };
  const more = () => {
    setSource(typed(""));
    reset();
  };
  const back = { to: current.path("team"), label: "Team" };
  // If a single person cannot be invited, the errors are shown in the form instead of the results.
  const refused = useMemo(
    () => (sent === "one" ? refusalOf(sending?.outcomes ?? []) : undefined),
    [sent, sending],
  );
  const problem = sending?.problem ?? refused;
  const finished = sending && !busy && !refused && (!problem || sending.outcomes.length > 0);
  if (finished) {
    return (
      <Page title="Invite people" back={back}>
        <MailNotice />
        {sending.problem && (
          <Notice tone="danger">
            <p>
              Only {sending.sent} of {sending.total} people were processed.{" "}
              {sending.problem.message} It’s safe to send the whole list again.
            </p>
          </Notice>
        )}
        <Results
          outcomes={sending.outcomes}
          invitees={invitees}
          faults={rest?.faults ?? []}
          onMore={sending.problem ? reset : more}
          onRetry={retry}
        />
      </Page>
    );
  }
  const shared = { role, onRole: setRole, chosen, onChosen: setChosen, onSend, busy };
  return (
    <Page title="Invite people" back={back}>
      <MailNotice />
      {service?.sendsMail === false && (
        <Notice tone="warn">
          <p>
            Email isn’t set up: invitations are only in the <a href="/mailbox">local mailbox</a> on
            the server’s own machine.
          </p>
        </Notice>
      )}
      {busy && sending && sending.total > 100 && <Progress {...sending} />}
      <Tabs.Root value={tab} onValueChange={setTab} className={styles.main}>
        <Tabs.List className={styles.tabs} aria-label="One or several">
          <Tabs.Tab value="one" className={styles.tab}>
            One person
          </Tabs.Tab>
          <Tabs.Tab value="many" className={styles.tab}>
            Several people
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="one" keepMounted>
          <OnePerson {...shared} problem={sent === "one" ? problem : undefined} />
        </Tabs.Panel>
        <Tabs.Panel value="many" keepMounted>
          <ManyPeople
            {...shared}
            source={source}
            onSource={setSource}
            problem={sent === "many" ? problem : undefined}
          />
        </Tabs.Panel>
      </Tabs.Root>
    </Page>
  );
}

function refusalOf(outcomes: readonly OutcomeFragment[]): Problem | undefined {
  if (outcomes.length === 0 || outcomes.some(({ result }) => result !== "FAILED")) return undefined;
  const errors = outcomes.slice(0, 1).flatMap(({ error }) => error ?? []);
  return problemOfInput(errors, ["email", "firstName", "lastName"]);
}

function Progress({ sent, total }: { sent: number; total: number }) {
  return (
    <div className={styles.progress}>
      <span id="inviting">
        Inviting: {sent.toLocaleString("en")} of {total.toLocaleString("en")}
      </span>
      <progress max={total} value={sent} aria-labelledby="inviting" />
    </div>
  );
}
