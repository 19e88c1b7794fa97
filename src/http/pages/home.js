// Signing in, asking for a new password, and where one is a member.

import { ask, change, hide, list, onSubmit, say, show } from "./page.js";

async function look() {
  const { service, viewer, roles } = await ask(`{
    service { sendsMail needsSetUp }
    viewer { user { name } memberships(first: 100) { nodes { role workspace { name } } } }
    roles { role name }
  }`);
  if (!service.sendsMail) {
    show("mailbox");
  }
  if (service.needsSetUp) {
    say("Nobody has signed up yet. Open the link that the server printed when it started.");
  } else if (viewer) {
    welcome(viewer, new Map(roles.map(({ role, name }) => [role, name])));
  } else {
    show("sign-in", "forgotten");
  }
}

function welcome(viewer, roleNames) {
  const nodes = viewer.memberships.nodes;
  const who = `You are signed in as ${viewer.user.name}`;
  say(nodes.length ? `${who}, a member of:` : `${who}. You belong to no workspace at the moment.`);
  list("workspaces", nodes.map(({ workspace, role }) => [workspace.name, roleNames.get(role)]));
  hide("sign-in", "forgotten");
  show("signed-in");
}

onSubmit("sign-in", async ({ email, password }) => {
  await change("signIn", { email, password });
  await look();
});

onSubmit("ask-reset", async ({ email }) => {
  await change("requestPasswordReset", { email });
  hide("forgotten");
  say("Whoever has an account with this address gets a mail with a link.");
});

onSubmit("sign-out", async () => {
  await ask("mutation { signOut { accepted } }");
  location.reload();
});

look().catch((error) => say(error.message));
