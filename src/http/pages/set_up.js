// The first workspace and its admin, by the link that the server prints at its start.

import { ask, hide, hintAtPasswords, onSubmit, say, show, takeToken } from "./page.js";

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
  const { setUp } = await ask(
    "mutation($input: SetUpInput!) { setUp(input: $input) { userErrors { message field } } }",
    { input: { token, ...input } },
  );
  if (setUp.userErrors.length) {
    return setUp.userErrors;
  }
  hide("set-up");
  say(`${input.workspaceName} is set up, and you are signed in.`);
  show("next");
});

look().catch((error) => say(error.message));
