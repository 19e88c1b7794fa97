import { cut, hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { act, focusWindow, heading, password, row } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";
import { Program } from "../support/program.ts";

test("a form keeps its input while the server is unavailable", async ({
  page,
  context,
  team,
  program,
  folder,
  started,
}) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
  await page.getByLabel("First name").fill("Bo");
  await expect(page.getByText("Will be invited")).toBeVisible();
  await program.stop();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("The server did not answer.")).toBeVisible();
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue("bo@acme.example");
  const again = await Program.start(folder, started, program.port);
  try {
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible();
    await page.getByRole("link", { name: "Go to the team" }).click();
    await expect(row(page, "Bo")).toContainText("Invited");
    await page.goto("about:blank");
  } finally {
    await again.stop();
  }
});

test("a request that the server never answers times out", async ({ page, context, team }) => {
  // Shortens the console's timeouts for this test.
  await page.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (milliseconds) => timeout(milliseconds / 20);
  });
  await signIn(context, team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
  await expect(page.getByText("Will be invited")).toBeVisible();
  const invitation = await hold(page, "InviteUsers");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("The server did not answer.")).toBeVisible();
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue("bo@acme.example");
  invitation.release();
});

test("a page that failed to load can be retried once the server is back", async ({
  page,
  context,
  team,
}) => {
  await signIn(context, team.admin.email);
  const ahead = page.waitForEvent("requestfinished", (request) =>
    request.url().includes("/assets/history-"),
  );
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  await ahead;
  await context.setOffline(true);
  await page.getByRole("link", { name: "Access history" }).click();
  await expect(page.getByText("This page could not be loaded")).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(heading(page, "Access history")).toBeVisible();
  await expect(page.getByRole("row").nth(1)).toBeVisible();
});

test("a page that cannot be loaded leaves the navigation usable", async ({
  page,
  context,
  team,
  problems,
}) => {
  await signIn(context, team.admin.email);
  await page.route("**/assets/history-*.js", (route) => route.fulfill({ status: 404 }));
  await page.goto(team.path());
  await page.getByRole("link", { name: "Access history" }).click();
  await expect(heading(page, "This page could not be loaded")).toBeVisible();
  await page.getByRole("link", { name: "Team", exact: true }).click();
  await expect(row(page, "Ana Silva")).toBeVisible();
  await page.getByRole("link", { name: "Access history" }).click();
  await expect(heading(page, "This page could not be loaded")).toBeVisible();
  await page.unroute("**/assets/history-*.js");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(heading(page, "Access history")).toBeVisible();
  expect(problems.splice(0).length).toBeGreaterThan(0);
});

test("a dialog that cannot be loaded leaves the page unchanged", async ({
  page,
  context,
  team,
  problems,
}) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
  await page.route("**/assets/dialogs-*.js", (route) => route.fulfill({ status: 404 }));
  await page.goto(team.path());
  await page.getByLabel("Search by name or email").fill("li");
  await act(page, "Bo Li", "Remove from workspace");
  await expect(page.getByText("This could not be opened.").first()).toBeVisible();
  await expect(page.getByLabel("Search by name or email")).toHaveValue("li");
  await expect(row(page, "Bo Li")).toBeVisible();
  expect(problems.splice(0).length).toBeGreaterThan(0);
});

test("a session that ends while the sign-in form cannot be loaded keeps the input", async ({
  page,
  context,
  team,
  problems,
}) => {
  await signIn(context, team.admin.email);
  await page.route("**/assets/sign-in-again-*.js", (route) => route.fulfill({ status: 404 }));
  await page.goto(team.path("invite"));
  await page.getByLabel("First name").fill("Bo");
  await context.clearCookies();
  await focusWindow(page);
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog.getByRole("link", { name: "Sign in in another tab" })).toBeVisible();
  await signIn(context, team.admin.email);
  await focusWindow(page);
  await expect(dialog).toHaveCount(0);
  await expect(page.getByLabel("First name")).toHaveValue("Bo");
  expect(problems.splice(0).length).toBeGreaterThan(0);
});

test.describe("without a mail server", () => {
  test.use({ settings: { TOKENVUE_SMTP_URL: "" } });

  test("the console shows a notice before anyone waits for an email", async ({ page, program }) => {
    await page.goto(program.setUpPath);
    await page.getByLabel("Workspace").fill("Acme AI");
    await page.getByLabel("Your email").fill("ana@acme.example");
    await page.getByLabel("First name").fill("Ana");
    await page.getByRole("textbox", { name: "Password" }).fill("plum kettle orbit sundial");
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("link", { name: "Invite people" }).click();
    await expect(page.getByText("Email isn’t set up")).toBeVisible();
    await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible();
    await page.getByRole("link", { name: "local mailbox" }).click();
    await page
      .getByRole("link", { name: /bo@acme.example|invit/i })
      .first()
      .click();
    await page
      .getByRole("link", { name: /accept-invitation|Accept|Open/i })
      .first()
      .click();
    await expect(heading(page, "Ana invites you to Acme AI")).toBeVisible();
  });
});

test("accepting while the server is unavailable keeps the names and the password", async ({
  page,
  context,
  team,
}) => {
  await page.goto(await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR"));
  await page.getByLabel("Last name").fill("Müller");
  await password(page, "Choose a password").fill(PASSWORD);
  await context.setOffline(true);
  // The console reads the link again and retries twice.
  let tries = 0;
  const givenUp = page.waitForEvent("requestfailed", (request) => {
    if (request.postData()?.includes("InvitationLink")) tries += 1;
    return tries === 3;
  });
  await page.getByRole("button", { name: "Accept and sign up" }).click();
  await expect(page.getByText("The server did not answer.")).toBeVisible();
  await givenUp;
  await expect(page.getByLabel("Last name")).toHaveValue("Müller");
  await expect(password(page, "Choose a password")).toHaveValue(PASSWORD);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Accept and sign up" }).click();
  await expect(page.getByRole("button", { name: /Account menu/ })).toContainText("Bo Müller");
});

test("data that cannot be refetched stays with a notice", async ({ page, context, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  await expect(row(page, "Bo Li")).toBeVisible();
  const old = page.getByText("What you see may be out of date.");
  await context.setOffline(true);
  await page.getByLabel("Search by name or email").fill("ana");
  await expect(old).toBeVisible();
  await expect(row(page, "Bo Li")).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(row(page, "Bo Li")).toHaveCount(0);
  await expect(old).toHaveCount(0);

  // A dialog keeps its choice if a refetch fails, for example when a laptop wakes up offline.
  await page.goto(team.path(`team/${await team.membershipOf("bo@acme.example")}`));
  await page.getByRole("button", { name: "Change role" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: /Security Auditor/ }).click();
  await context.setOffline(true);
  await focusWindow(page);
  await expect(page.getByText("What you see may be out of date.")).toBeAttached();
  await expect(dialog.getByRole("combobox", { name: "Role" })).toContainText("Security Auditor");
  await context.setOffline(false);
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(
    page.getByText("Bo Li’s role was changed to Security Auditor.").first(),
  ).toBeVisible();
});

test("a failed sign-out is reported", async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  await cut(page, "SignOut");
  await page.getByRole("button", { name: /Account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByText("You may still be signed in").first()).toBeVisible();
});

test("a palette that cannot be loaded leaves the page unchanged", async ({
  page,
  context,
  team,
  problems,
}) => {
  await signIn(context, team.admin.email);
  const tried = page.waitForRequest("**/assets/commands-*.js");
  await page.route("**/assets/commands-*.js", (route) => route.abort());
  await page.goto(team.path("invite"));
  await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
  await tried;
  await page.keyboard.press("Control+k");
  await expect(page.getByText("Reload the page to search.").first()).toBeVisible();
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue("bo@acme.example");
  expect(problems.splice(0).length).toBeGreaterThan(0);
});
