import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useQuery } from "urql";
import {
  AcceptInvitationDocument,
  type AcceptInvitationInput,
  InvitationLinkDocument,
  type InvitationLinkQuery,
} from "#generated/operations";
import { useApi } from "../api/provider";
import { useForm } from "../api/use-mutation";
import { usePrevious } from "../api/use-previous";
import { isolate } from "../ui/isolate";
import { exact } from "../ui/time";
import { AcceptSignedIn, AcceptSigningIn, AcceptSigningUp } from "./accept-forms";
import { DeadInvitation } from "./dead-invitation";
import { Decline } from "./decline";
import { Entry, EntryFailed, EntryLoading, MembershipList } from "./layout";
import { dropLinkToken, linkToken } from "./link-token";

export type Invitation = NonNullable<InvitationLinkQuery["invitationPreview"]>;
/** Accepts the invitation with the values of the form: names and a password for a new account. */
export type Accept = (who: Omit<AcceptInvitationInput, "token">) => Promise<void>;

/** The page of an invitation link. It shows the invitation, which can be accepted or declined. */
export default function AcceptInvitation() {
  const [token] = useState(linkToken);
  const [{ data: latest, error }, again] = useQuery({
    query: InvitationLinkDocument,
    variables: { token },
  });
  // If a refetch fails, the form and the user's input stay.
  const data = usePrevious(latest);
  const form = useForm(AcceptInvitationDocument, ["firstName", "lastName", "password"]);
  const [declined, setDeclined] = useState(false);
  const { renew } = useApi();
  const navigate = useNavigate();
  const invitation = data?.invitationPreview;
  if (!data || !invitation) {
    if (error) return <EntryFailed error={error} retry={() => again()} />;
    return <EntryLoading title="Your invitation" />;
  }
  if (declined) {
    return (
      <Entry title="Invitation declined">
        <p>The invitation link no longer works. You can close this page.</p>
      </Entry>
    );
  }
  if (invitation.state !== "VALID") return <DeadInvitation invitation={invitation} token={token} />;
  const accept: Accept = async (who) => {
    const payload = await form.send({ input: { token, ...who } });
    if (!payload) {
      // The user may have signed in in another tab, or the link may no longer be valid.
      again({ requestPolicy: "network-only" });
      return;
    }
    dropLinkToken();
    renew();
    const slug = payload.memberships[0]?.workspace.slug;
    navigate(slug ? `/w/${slug}/team` : "/", { replace: true });
  };
  const about = (role: string) => data.roles.find((each) => each.role === role)?.description;
  const memberships = invitation.placements.map(({ workspaceName, role, roleName }) => ({
    name: workspaceName,
    role: roleName,
    about: about(role),
  }));
  const props = { invitation, form, accept };
  const signedIn = isSame(data.viewer?.user.email, invitation.email);
  return (
    <Entry
      title={title(invitation)}
      lead={invitation.expiresAt && `This invitation expires on ${exact(invitation.expiresAt)}.`}
      foot={
        <Decline
          token={token}
          onDeclined={() => {
            dropLinkToken();
            setDeclined(true);
          }}
        />
      }
    >
      <MembershipList memberships={memberships} />
      {!invitation.hasAccount && (
        <AcceptSigningUp {...props} minLength={data.service?.passwordMinLength} />
      )}
      {invitation.hasAccount && signedIn && <AcceptSignedIn {...props} />}
      {invitation.hasAccount && !signedIn && <AcceptSigningIn {...props} />}
      {data.viewer && !signedIn && (
        <p className="muted">
          You are signed in as <bdi>{data.viewer.user.email}</bdi>; accepting signs you in as{" "}
          <bdi>{invitation.email}</bdi>. <Link to="/">Stay signed in</Link>
        </p>
      )}
    </Entry>
  );
}

function title({ inviterName, placements }: Invitation) {
  const [first] = placements;
  const where =
    placements.length === 1 && first ? isolate(first.workspaceName) : "these workspaces";
  return `${isolate(inviterName ?? "An admin")} invites you to ${where}`;
}

const isSame = (a: string | null | undefined, b: string | null | undefined) =>
  Boolean(a && b && a.normalize("NFC").toLowerCase() === b.normalize("NFC").toLowerCase());
