import { MailServerDocument, type MailServerState } from "#generated/operations";
import { useRead } from "../api/read";
import { Notice } from "../ui/notice";
import { Time } from "../ui/time";
import { useCurrentWorkspace } from "./session";

const TITLES: Partial<Record<MailServerState, string>> = {
  REFUSES: "The mail server refuses our mail.",
  UNAVAILABLE: "The mail server can’t be reached.",
};

/**
 * A notice that the mail server does not deliver invitations and password resets, for users who may
 * review the team.
 */
export function MailNotice() {
  return useCurrentWorkspace().can("TEAM_REVIEW") ? <MailServerProblem /> : null;
}

function MailServerProblem() {
  const { data } = useRead(MailServerDocument, { workspaceId: useCurrentWorkspace().id });
  const server = data?.workspace?.mailServer;
  const title = server && TITLES[server.state];
  if (!title) return null;
  return (
    <Notice tone="warn">
      <p>
        <strong>{title}</strong> {server.reason && <>Last attempt: {server.reason}. </>}
        Emails are kept
        {server.nextAttemptAt && (
          <>
            , and the next attempt is <Time at={server.nextAttemptAt} tense="future" />
          </>
        )}
        . Ask the operator of this server to check its mail settings.
      </p>
    </Notice>
  );
}
