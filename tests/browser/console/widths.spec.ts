import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { act, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

const LONG = "x".repeat(100);

test.beforeEach(async ({ context, team }) => {
  await team.member(
    "bartholomew.featherstone@acme.example",
    "Bartholomew Featherstone",
    "WORKSPACE_ADMIN",
  );
  await team.invite("long@acme.example", `${LONG} ${LONG}`, "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
});

/** Returns by how many pixels the page, or a part that scrolls, overflows. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const all = [document.documentElement, ...document.querySelectorAll("main *")];
    const tooWide = all.filter(
      (each) =>
        each.scrollWidth > each.clientWidth + 1 &&
        (each === document.documentElement || getComputedStyle(each).overflowX === "auto"),
    );
    return tooWide.map((each) => each.scrollWidth - each.clientWidth);
  });

test("nothing is cut off at any window width and name length", async ({ page, team }) => {
  for (const width of [360, 640, 768, 860, 900, 1024, 1190, 1200, 1280, 1366, 1420, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ["team", "history"]) {
      await page.goto(team.path(path));
      await expect(row(page, "Ana Silva").first()).toBeVisible();
      expect(await overflow(page), `${path} at ${width} pixels`).toEqual([]);
    }
  }
});

test("names wrap only if necessary", async ({ page, team }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(team.path());
  const name = row(page, "Bartholomew").getByRole("link");
  await expect(name).toBeVisible();
  const lines = await name.evaluate((link) => {
    const range = document.createRange();
    range.selectNodeContents(link);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  });
  // One line, or two for first and last name.
  expect(lines).toBeLessThanOrEqual(2);
});

test("a dialog fits a long name", async ({ page, team }) => {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(team.path("team?q=long"));
    await act(page, LONG, "Revoke invitation");
    const dialog = page.getByRole("alertdialog");
    const revoke = dialog.getByRole("button", { name: "Revoke" });
    await expect(revoke).toBeVisible();
    const [outer, inner] = [await dialog.boundingBox(), await revoke.boundingBox()];
    const right = (box: typeof outer) => (box?.x ?? 0) + (box?.width ?? 0);
    expect(outer?.x).toBeGreaterThanOrEqual(0);
    expect(right(outer)).toBeLessThanOrEqual(width);
    expect(right(inner)).toBeLessThanOrEqual(right(outer));
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
});
