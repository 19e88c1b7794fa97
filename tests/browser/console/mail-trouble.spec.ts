import { expect, test } from "../support/fixtures.ts";
import { signIn } from "../support/people.ts";
import { Program } from "../support/program.ts";

test("admins see a notice while the mail server rejects all mail", async ({
  page,
  context,
  another,
  folder,
  mailbox,
  program,
  started,
  team,
}) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  mailbox.refuse("5.7.0 Daily quota exceeded");
  // One or two rejections may concern their recipients only.
  const invitees = ["cy", "di", "ed"].map((name) => ({
    email: `${name}@acme.example`,
    role: "SECURITY_AUDITOR",
  }));
  await team.admin.api.mutate("inviteUsers", { invitees }, "outcomes { result }");

  await signIn(context, team.admin.email);
  const notice = page.getByText("The mail server refuses our mail.");
  for (const path of ["team", "invite"]) {
    await expect(async () => {
      await page.goto(team.path(path));
      await expect(notice).toBeVisible({ timeout: 2000 });
    }).toPass();
    await expect(page.getByText(/550 5\.7\.0/)).toBeVisible();
  }

  // Users without TEAM_REVIEW see no notice.
  const operator = await another();
  await signIn(operator, bo.email);
  const theirs = await operator.newPage();
  await theirs.goto(team.path());
  await expect(theirs.getByRole("table", { name: "Members" })).toBeVisible();
  await expect(theirs.getByText("The mail server")).toHaveCount(0);

  // A server that starts retries at once, since its settings may have changed.
  mailbox.refuse(undefined);
  const { port } = program;
  await program.stop();
  const restarted = await Program.start(folder, started, port);
  await mailbox.wait("cy@acme.example", "invite");
  await expect(async () => {
    await page.goto(team.path());
    await expect(page.getByRole("table", { name: "Members" })).toBeVisible();
    await expect(notice).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  await restarted.stop();
});
