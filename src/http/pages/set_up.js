// The first workspace and its admin, by the link that the server prints at its start.

import { ask, change, hide, hintAtPasswords, onSubmit, say, show, takeToken } from "./page.js";

const token = takeToken();

async function look() {
  const { service } = await ask("{ service { needsSetUp passwordMinLength } }");
  hintAtPasswords(service.passwordMinLength);
  if (!service.needsSetUp) {
    say("This installation is set up already. Sign in instead.");
    show("next");
  } else if (token) {
    show("set-up");
  } else {
    say("This link is not complete. Copy all of it from where the server printed it.");
  }
}

onSubmit("set-up", async (input) => {
  await change("setUp", { token, ...input });
  hide("set-up");
  say(`${input.workspaceName} is set up, and you are signed in.`);
  show("next");
});

look().catch((error) => say(error.message));
