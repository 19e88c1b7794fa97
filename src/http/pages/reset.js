// A new password, by the link of a mail.

import { ask, byId, change, hide, hintAtPasswords, onSubmit, say, show, takeToken } from "./page.js";

const token = takeToken();

async function look() {
  const { passwordResetPreview: preview, service } = await ask(
    `query($token: String!) {
      passwordResetPreview(token: $token) { state message email }
      service { passwordMinLength }
    }`,
    { token },
  );
  hintAtPasswords(service.passwordMinLength);
  if (preview.state === "VALID") {
    byId("reset").elements.email.value = preview.email;
    say("A new password signs you out everywhere.");
    show("reset");
  } else {
    say(preview.message);
    show("next");
  }
}

onSubmit("reset", async ({ newPassword }) => {
  await change("resetPassword", { token, newPassword });
  hide("reset");
  say("Your new password is set. Sign in with it.");
  show("next");
});

look().catch((error) => say(error.message));
