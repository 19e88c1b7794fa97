import { expect, test } from "../support/fixtures.ts";
import { row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

const MINUTES = 60_000;

test.beforeEach(async ({ context, team }) => {
  await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
});

for (const [name, off] of [
  ["slow", -10 * MINUTES],
  ["fast", 10 * MINUTES],
] as const) {
  test(`times are right on a computer with a ${name} clock`, async ({ page, team }) => {
    await page.clock.install({ time: Date.now() + off });
    await page.goto(team.path());
    await expect(row(page, "Ana Silva")).toContainText("just now");
    await expect(row(page, "Cy Ito")).toContainText("just now");
    await page.getByRole("link", { name: "Cy Ito" }).click();
    await expect(page.getByText("in 7 days").or(page.getByText("in 6 days"))).toBeVisible();
    await expect(page.getByText(/in \d+ minutes|\d+ minutes ago/)).toHaveCount(0);
  });
}
