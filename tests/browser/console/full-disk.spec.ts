import { test as base, expect } from "../support/fixtures.ts";
import { signIn } from "../support/people.ts";
import { canMount, Volume } from "../support/volume.ts";

const test = base.extend<{ volume: Volume }>({
  volume: async ({ folder, started }, use, info) => {
    if (!canMount(folder)) {
      if (process.env.CI) throw new Error("cannot mount a tmpfs");
      info.skip(true, "this system allows no mount namespaces");
    }
    const volume = await Volume.start(folder, started, "8m");
    await use(volume);
    await volume.program.stop();
  },
  program: async ({ volume }, use) => {
    await use(volume.program);
  },
});

test("forms show an error and keep their input while the server cannot save", async ({
  page,
  context,
  team,
  volume,
}) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
  await page.getByLabel("First name").fill("Bo");
  await expect(page.getByText("Will be invited")).toBeVisible();
  await volume.fill();
  // SQLite may have free space in its existing files.
  let round = 0;
  const inviteMore = () => {
    round += 1;
    const invitees = Array.from({ length: 100 }, (_, n) => ({
      email: `p${round}-${n}@many.example`,
      role: "GATEWAY_OPERATOR",
    }));
    return team.admin.api.mutate("inviteUsers", { invitees }, "outcomes { result }");
  };
  await expect(() => expect(inviteMore()).rejects.toThrow("CANNOT_SAVE")).toPass({
    intervals: [0],
  });

  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(
    "The server cannot save changes right now. Try again in a moment.",
  );
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue("bo@acme.example");
  await expect(page.getByLabel("First name")).toHaveValue("Bo");
  await volume.free();
  await expect(async () => {
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible({ timeout: 1000 });
  }).toPass();
});
