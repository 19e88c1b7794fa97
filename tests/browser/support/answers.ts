import type { Page } from "@playwright/test";

/** Whether a request to the API runs the operation of that name. */
const runs = (body: string | null, operation: string) =>
  body !== null && JSON.parse(body).operationName === operation;

/** Waits until the operation of that name has been answered. */
export const answered = (page: Page, operation: string) =>
  page.waitForResponse((response) => runs(response.request().postData(), operation));

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

/** Cuts the connection of an operation; where `nth` is given, of that one alone, counted from one. */
export async function cut(page: Page, operation: string, nth?: number): Promise<void> {
  let seen = 0;
  await page.route("**/graphql", async (route) => {
    if (!runs(route.request().postData(), operation)) return route.fallback();
    seen += 1;
    return nth === undefined || seen === nth ? route.abort() : route.fallback();
  });
}
