import { describe, expect, it } from "vitest";
import { linkIn } from "./link";

const at = (address: string) => linkIn(new URL(address, "https://team.example"));

describe("linkIn", () => {
  it.each([
    "/accept-invitation#token=a-B_9",
    "/accept-invitation/#token=a-B_9",
    "/accept-invitation%23token=a-B_9",
    "/accept-invitation%2523token=a-B_9",
    "/accept-invitation%23token%3Da-B_9",
    "/accept-invitation%252523token%25253Da-B_9",
    "/accept-invitation/%23token=a-B_9",
    "/accept-invitation#token%3Da-B_9",
    "/accept-invitation%23token=a-B_9?utm_source=mail",
    "/accept-invitation%23token=a-B_9#",
    "/accept-invitation/token=a-B_9",
    "/accept-invitation#utm_source=mail&token=a-B_9",
    "/accept-invitation?utm_source=mail#token=a-B_9",
    "/accept-invitation?utm_source=mail%23token=a-B_9",
  ])("finds the token in %s", (address) => {
    expect(at(address)).toEqual({ path: "/accept-invitation", token: "a-B_9" });
  });

  it("returns the page of the link", () => {
    expect(at("/reset-password%23token=x")?.path).toBe("/reset-password");
    expect(at("/setup%23token=x")?.path).toBe("/setup");
  });

  it("returns undefined without a token, or for other pages", () => {
    for (const address of [
      "/accept-invitation",
      "/accept-invitation#",
      "/accept-invitation?token=x",
      "/accept-invitation%23token=",
      "/w/acme/team#token=x",
      "/w/accept-invitation%23token=x",
      "/%E0%A4%A",
    ]) {
      expect(at(address)).toBeUndefined();
    }
  });
});
