// Takes the token out of the address bar and prepares the operation that it is for.
"use strict";

const LINKS = {
  "/setup": {
    title: "Set up TokenVue",
    text: "This link sets up the first workspace and its admin. Fill in the fields of the operation and run it.",
    query: `mutation SetUp($token: String!) {
  setUp(input: {
    token: $token
    workspaceName: "Acme"
    firstName: "Ana"
    lastName: "Silva"
    email: "you@example.com"
    password: "several unrelated words"
  }) {
    viewer { user { name email } activeWorkspace { name } }
    userErrors { code field message }
  }
}
`,
  },
  "/accept-invitation": {
    title: "Accept an invitation",
    text: "This link lets you join a workspace. Fill in the fields of the operation and run it.",
    query: `mutation AcceptInvitation($token: String!) {
  acceptInvitation(input: {
    token: $token
    password: "several unrelated words"
  }) {
    viewer { user { name } }
    memberships { workspace { name } role }
    userErrors { code field message }
  }
}

query Preview($token: String!) {
  invitationPreview(token: $token) {
    state message email firstName lastName inviterName expiresAt hasAccount
    placements { workspaceName roleName }
  }
}
`,
  },
  "/reset-password": {
    title: "Choose a new password",
    text: "This link sets a new password. Fill it in and run the operation.",
    query: `mutation ResetPassword($token: String!) {
  resetPassword(input: { token: $token, newPassword: "several unrelated words" }) {
    accepted
    userErrors { code field message }
  }
}
`,
  },
};

const link = LINKS[location.pathname];
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (link && token) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("title").textContent = link.title;
  document.getElementById("text").textContent = link.text;
  const fill = new URLSearchParams({ query: link.query, variables: JSON.stringify({ token }, null, 2) });
  document.getElementById("open").href = `/graphiql#${fill}`;
} else if (link) {
  document.getElementById("title").textContent = link.title;
  document.getElementById("text").textContent =
    "This link is not complete. Open it from the mail again, or copy all of it.";
}
