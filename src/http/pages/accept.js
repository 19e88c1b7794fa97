// What an invitation is to, and accepting or declining it.

import { ask, byId, change, hide, hintAtPasswords, list, moment, onSubmit, say, show, takeToken } from "./page.js";

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
  const { memberships } = await change(
    "acceptInvitation",
    { token, ...input },
    "memberships { workspace { name } }",
  );
  const names = memberships.map(({ workspace }) => workspace.name);
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
  await change("signIn", { email: invited, password });
  await accept({});
});

onSubmit("decline", async () => {
  await change("declineInvitation", { token });
  end("You have declined the invitation.");
});

onSubmit("ask-anew", async () => {
  await change("requestNewInvitation", { token });
  end("The person who invited you has been told. You get a new mail once they have sent the invitation again.");
});

look().catch((error) => say(error.message));
