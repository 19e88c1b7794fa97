import { expect, test } from "../support/fixtures.ts";
import { heading, password, row } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";

test("signing in leads to the requested page", async ({ page, team }) => {
  await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
  await page.goto(team.path("team?status=INVITED&q=cy"));
  await expect(heading(page, "Sign in")).toBeVisible();
  await page.getByLabel("Email", { exact: true }).fill(team.admin.email.toUpperCase());
  await password(page).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/team\?status=INVITED&q=cy$/);
  await expect(row(page, "Cy Ito")).toBeVisible();
  await page.goto("/sign-in");
  await expect(heading(page, "Team")).toBeVisible();
});

test("leaving a workspace opens the next one, or the welcome page after the last", async ({
  page,
  context,
  team,
}) => {
  const { api } = team.admin;
  const created = await api.mutate("createWorkspace", { name: "Globex" }, "workspace { id }");
  const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  const invitees = [{ email: bo.email, role: "SECURITY_AUDITOR" }];
  const workspaceIds = [created.workspace.id];
  await api.mutate("inviteUsers", { invitees, workspaceIds }, "outcomes { result }");
  await signIn(context, bo.email);
  await page.goto("/account");
  const workspaces = page.getByRole("region", { name: "Workspaces" });
  await workspaces.getByRole("button", { name: "Leave Acme AI" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await expect(workspaces).toContainText("Acme AI");
  await workspaces.getByRole("button", { name: "Leave Acme AI" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await expect(workspaces.getByRole("link")).toHaveText(["Globex"]);
  await page.goto("/");
  await expect(page.getByText("People with access to Globex")).toBeVisible();

  await page.goto("/account");
  await workspaces.getByRole("button", { name: "Leave Globex" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  // Nothing behind the dialog has a role, so a missing link alone would not prove a response.
  await expect(page.getByText("You have left")).toBeVisible();
  await expect(workspaces.getByRole("link")).toHaveCount(0);
  await page.goto("/");
  await expect(page.getByText("You’re not in any workspace")).toBeVisible();
});

test("the history is paged, with the cursor in the URL", async ({ page, context, team }) => {
  await team.many(120);
  await signIn(context, team.admin.email);
  await page.goto(team.path("history"));
  const first = page.getByRole("row").filter({ hasText: "Ana Silva" }).first();
  await expect(first).toContainText("signed in");
  await page.getByRole("link", { name: "Older" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(first).toContainText("invited p");
  const [older = ""] = /p\d+@many/.exec((await first.textContent()) ?? "") ?? [];
  await page.reload();
  await expect(first).toContainText(older);
  await page.goBack();
  await expect(first).toContainText("signed in");
  await page.goForward();
  await expect(first).toContainText(older);
  await page.getByRole("link", { name: "Latest" }).click();
  await expect(first).toContainText("signed in");
});
