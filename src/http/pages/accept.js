// What an invitation is to, and accepting or declining it.

import { ask, byId, hide, hintAtPasswords, list, moment, onSubmit, say, show, takeToken } from "./page.js";

const token = takeToken();
let invited = "";

async function look() {
  const { invitationPreview: preview, viewer, service } = await ask(
    `query($token: String!) {
      invitationPreview(token: $token) {
        state message email firstName lastName inviterName expiresAt hasAccount
        placements { workspaceName roleName }
      }
      viewer { user { email } }
      service { passwordMinLength }
    }`,
    { token },
  );
  hintAtPasswords(service.passwordMinLength);
  invited = preview.email ?? "";
  list("placements", preview.placements.map((place) => [place.workspaceName, place.roleName]));
  if (preview.state === "VALID") {
    say(`${preview.inviterName} invites you to join, until ${moment(preview.expiresAt)}:`);
    offer(preview, viewer);
  } else {
    say(preview.message);
    show(preview.state === "EXPIRED" ? "ask-anew" : "next");
  }
}

function offer(preview, viewer) {
  const isSignedIn = viewer?.user.email.toLowerCase() === preview.email.toLowerCase();
  const form = !preview.hasAccount ? "sign-up" : isSignedIn ? "join" : "sign-in";
  for (const name of ["email", "firstName", "lastName"]) {
    const input = byId(form).elements.namedItem(name);
    if (input) {
      input.value = preview[name] ?? "";
    }
  }
  show(form, "refuse");
}

async function accept(input) {
  const { acceptInvitation } = await ask(
    `mutation($input: AcceptInvitationInput!) {
      acceptInvitation(input: $input) {
        memberships { workspace { name } }
        userErrors { message field }
      }
    }`,
    { input: { token, ...input } },
  );
  if (acceptInvitation.userErrors.length) {
    return acceptInvitation.userErrors;
  }
  const names = acceptInvitation.memberships.map(({ workspace }) => workspace.name);
  end(`You are in: ${new Intl.ListFormat("en").format(names)}.`);
}

function end(text) {
  hide("sign-up", "sign-in", "join", "refuse", "ask-anew", "placements");
  say(text);
  show("next");
}

onSubmit("sign-up", ({ firstName, lastName, password }) => accept({ firstName, lastName, password }));

onSubmit("join", () => accept({}));

onSubmit("sign-in", async ({ password }) => {
  const { signIn } = await ask(
    `mutation($email: String!, $password: String!) {
      signIn(input: { email: $email, password: $password }) { userErrors { message field } }
    }`,
    { email: invited, password },
  );
  return signIn.userErrors.length ? signIn.userErrors : accept({});
});

onSubmit("decline", async () => {
  const { declineInvitation } = await ask(
    "mutation($token: String!) { declineInvitation(input: { token: $token }) { userErrors { message } } }",
    { token },
  );
  if (declineInvitation.userErrors.length) {
    return declineInvitation.userErrors;
  }
  end("You have declined the invitation.");
});

onSubmit("ask-anew", async () => {
  const { requestNewInvitation } = await ask(
    "mutation($token: String!) { requestNewInvitation(input: { token: $token }) { userErrors { message } } }",
    { token },
  );
  if (requestNewInvitation.userErrors.length) {
    return requestNewInvitation.userErrors;
  }
  end("The person who invited you has been told. You get a new mail once they have sent the invitation again.");
});

look().catch((error) => say(error.message));
