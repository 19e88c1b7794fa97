import { expect, test } from "../support/fixtures.ts";
import { row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test("injected scripts and styles do not run", async ({ page, context, team, problems }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    try {
      script.text = "window.ran = true";
    } catch {
      // Blocked by Trusted Types.
    }
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = "body { color: red }";
    document.body.append(style);
    let written = true;
    try {
      document.body.insertAdjacentHTML("beforeend", "<b>slipped in</b>");
    } catch {
      written = false;
    }
    const red = getComputedStyle(document.body).color === "rgb(255, 0, 0)";
    return { ran: "ran" in window, red, written };
  });
  expect(ran).toEqual({ ran: false, red: false, written: false });
  expect(problems.splice(0).length).toBeGreaterThan(0);
});

test("markup in a name is shown as text", async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await team.invite(
    "bo@acme.example",
    '<img/src=x/onerror="alert(1)"> <b>Li</b>',
    "GATEWAY_OPERATOR",
  );
  await page.goto(team.path());
  await expect(row(page, "bo@acme.example")).toContainText('<img/src=x/onerror="alert(1)">');
});

test("a first visit to the team page transfers less than 200 kB", async ({
  page,
  context,
  team,
}) => {
  await signIn(context, team.admin.email);
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  const urls = new Map<string, string>();
  const sizes = new Map<string, number>();
  client.on("Network.requestWillBeSent", ({ requestId, request }) =>
    urls.set(requestId, new URL(request.url).pathname),
  );
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
    sizes.set(urls.get(requestId) ?? "", encodedDataLength),
  );
  const document = await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  // The page needs only what the document refers to. The rest is prefetched later.
  const html = (await document?.text()) ?? "";
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
  const first = [team.path(), "/graphql", ...named];
  const total = first.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  expect(first.filter((path) => !sizes.has(path))).toEqual([]);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThan(200_000);
});
