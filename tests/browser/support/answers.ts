import type { Page } from "@playwright/test";

/** Returns whether a request to the API runs the named operation. */
const runs = (body: string | null, operation: string) =>
  body !== null && JSON.parse(body).operationName === operation;

/** Waits for the response to the named operation. */
export const answered = (page: Page, operation: string) =>
  page.waitForResponse((response) => runs(response.request().postData(), operation));

/** Holds the named operation back until `release` is called. */
export async function hold(page: Page, operation: string): Promise<{ release: () => void }> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/graphql", async (route) => {
    if (runs(route.request().postData(), operation)) await released;
    await route.fallback();
  });
  return { release };
}

/** Aborts the named operation. With `nth`, aborts only this one, counted from one. */
export async function cut(page: Page, operation: string, nth?: number): Promise<void> {
  let seen = 0;
  await page.route("**/graphql", async (route) => {
    if (!runs(route.request().postData(), operation)) return route.fallback();
    seen += 1;
    return nth === undefined || seen === nth ? route.abort() : route.fallback();
  });
}
