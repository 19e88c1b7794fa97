import { expect, test } from "../support/fixtures.ts";
import { heading, row } from "../support/pages.ts";
import { type Role, signIn } from "../support/people.ts";

type Seen = {
  role: Role;
  pages: string[];
  columns: string[];
  /** The actions on the page of a colleague. */
  actions: string[];
};

// The permissions of each role, as the console shows them.
const ROLES: Seen[] = [
  {
    role: "WORKSPACE_ADMIN",
    pages: ["Team", "Access review", "Access history", "Settings"],
    columns: ["Name", "Role", "Status", "Last active", "Invite sent", "Actions"],
    actions: ["Change role", "Send password reset", "Remove from workspace"],
  },
  {
    role: "GATEWAY_OPERATOR",
    pages: ["Team"],
    columns: ["Name", "Role", "Status"],
    actions: [],
  },
  {
    role: "SECURITY_AUDITOR",
    pages: ["Team", "Access review", "Access history"],
    columns: ["Name", "Role", "Status", "Last active", "Invite sent"],
    actions: [],
  },
];

for (const { role, pages, columns, actions } of ROLES) {
  test(`${role} sees only permitted actions`, async ({ page, context, team }) => {
    await team.member("bo@acme.example", "Bo Li", role);
    await team.member("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
    await team.invite("di@acme.example", "Di Roy", "SECURITY_AUDITOR");
    await signIn(context, "bo@acme.example");
    await page.goto("/");
    await expect(heading(page, "Team")).toBeVisible();
    await expect(row(page, "Di Roy")).toContainText("Invited");

    const links = page.getByRole("navigation", { name: "Acme AI" }).getByRole("link");
    expect(await links.allTextContents()).toEqual(pages);
    expect(await page.getByRole("columnheader").allTextContents()).toEqual(columns);
    const manages = actions.length > 0;
    await expect(page.getByRole("link", { name: "Invite people" })).toBeVisible({
      visible: manages,
    });
    await expect(page.getByRole("button", { name: /^(Actions for|Role of)/ })).toHaveCount(
      manages ? 8 : 0,
    );

    await page.getByRole("link", { name: "Cy Ito" }).click();
    await expect(heading(page, "Cy Ito")).toBeVisible();
    await expect(page.getByRole("region", { name: "Workspaces" })).toContainText("Acme AI");
    expect(await page.getByRole("main").getByRole("button").allTextContents()).toEqual(actions);
    await expect(page.getByText("Last active")).toHaveCount(pages.length > 1 ? 1 : 0);

    for (const [path, name] of [
      ["review", "Access review"],
      ["history", "Access history"],
      ["settings", "Settings"],
      ["invite", "Invite people"],
    ] as const) {
      await page.goto(team.path(path));
      const open = path === "invite" ? manages : pages.includes(name);
      await expect(heading(page, open ? name : "Team")).toBeVisible();
    }
  });
}

test("a view is shown in part to an operator without all its permissions", async ({
  page,
  context,
  team,
}) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
  await signIn(context, "bo@acme.example");
  await page.goto(team.path("team?sort=-active&after=bm8&page=2&status=EXPIRED"));
  await expect(row(page, "Cy Ito")).toBeVisible();
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();
  await page.getByRole("combobox", { name: "Status: Invited" }).click();
  await expect(page.getByRole("option", { name: "Active" })).toBeVisible();
  await expect(page.getByRole("option", { name: "Invite expired" })).toHaveCount(0);
});

test("a review offers an auditor no actions", async ({ page, context, team }) => {
  await team.member("bo@acme.example", "Bo Li", "SECURITY_AUDITOR");
  await signIn(context, "bo@acme.example");
  await page.goto(team.path("review"));
  await expect(page.getByRole("region", { name: "Workspace Admins" })).toContainText("Ana Silva");
  await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
});

test("a user without a workspace sees what to do next", async ({ page, context, team }) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await bo.api.mutate("leaveWorkspace", { workspaceId: team.workspace.id }, "");
  await signIn(context, bo.email);
  await page.goto("/");
  await expect(page.getByText("You’re not in any workspace")).toBeVisible();
  await page.goto(team.path());
  await expect(page.getByText("This workspace doesn’t exist")).toBeVisible();
});

test("one’s own row is fully visible for every role", async ({ page, context, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await signIn(context, "bo@acme.example");
  await page.goto(team.path());
  await page.getByRole("link", { name: "Bo Li" }).click();
  const membership = page.getByRole("region", { name: "Membership" });
  await expect(membership).toContainText(/Last active\s*just now/);
  await expect(membership).toContainText(/Invite sent\s*just now/);
});
