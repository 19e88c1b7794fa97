import { cut, hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { act, figure, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test.beforeEach(async ({ context, team }) => {
  await signIn(context, team.admin.email);
});

test("a new role is shown before the server responds", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(team.path());
  const change = await hold(page, "ChangeRole");
  await page.getByRole("button", { name: "Role of Bo Li: Gateway Operator" }).click();
  await page.getByRole("menuitemradio", { name: /Security Auditor/ }).click();
  await expect(row(page, "Bo Li")).toContainText("Security Auditor");
  await expect(page.getByText("Bo Li’s role was changed to Security Auditor.")).toHaveCount(0);
  change.release();
  await expect(page.getByText("Bo Li’s role was changed to Security Auditor.")).toBeVisible();
});

test("a rejected demotion of the last admin is rolled back with a message", async ({
  page,
  team,
}) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
  await page.goto(team.path());
  await expect(row(page, "Bo Li")).toContainText("Workspace Admin");
  const change = await hold(page, "ChangeRole");
  await page.getByRole("button", { name: "Role of Ana Silva: Workspace Admin" }).click();
  await page.getByRole("menuitemradio", { name: /Gateway Operator/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(row(page, "Ana Silva")).toContainText("Gateway Operator");
  // Bo's own demotion is saved first.
  const membershipId = await team.membershipOf(bo.email);
  await bo.api.mutate("changeRole", { membershipId, role: "SECURITY_AUDITOR" }, "");
  change.release();
  await expect(page.getByText("This is the only active Workspace Admin.").first()).toBeVisible();
  await expect(row(page, "Ana Silva")).toContainText("Workspace Admin");
  await expect(page.getByRole("link", { name: "Invite people" })).toBeVisible();
});

test("a removal without a response is rolled back", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(team.path());
  await expect(figure(page, "Active")).toContainText("2");
  await cut(page, "RemoveMember");
  const removal = await hold(page, "RemoveMember");
  await act(page, "Bo Li", "Remove from workspace");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(row(page, "Bo Li")).toHaveCount(0);
  await expect(figure(page, "Active")).toContainText("1");
  removal.release();
  await expect(page.getByText("The server did not answer.").first()).toBeVisible();
  await expect(row(page, "Bo Li")).toBeVisible();
  await expect(figure(page, "Active")).toContainText("2");
});
