import type { Page } from "@playwright/test";

/** Whether a request to the API runs the operation of that name. */
const runs = (body: string | null, operation: string) =>
  body !== null && JSON.parse(body).operationName === operation;

/** Keeps an operation on its way to the server until `go` is called. */
export async function hold(page: Page, operation: string): Promise<{ go: () => void }> {
  let go = () => {};
  const free = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route("**/graphql", async (route) => {
    if (runs(route.request().postData(), operation)) await free;
    await route.fallback();
  });
  return { go };
}

/** Cuts the connection of an operation, but for the first `passes` times. */
export async function cut(page: Page, operation: string, passes = 0): Promise<void> {
  let seen = 0;
  await page.route("**/graphql", async (route) => {
    if (!runs(route.request().postData(), operation)) return route.fallback();
    seen += 1;
    return seen > passes ? route.abort() : route.fallback();
  });
}
