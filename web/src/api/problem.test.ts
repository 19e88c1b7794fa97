import { CombinedError } from "@urql/core";
import { expect, it, vi } from "vitest";

// The module formats times in the browser's language.
vi.stubGlobal("navigator", { language: "en-GB" });
const { problemIn, problemOf } = await import("./problem");

const failed = (...codes: string[]) =>
  new CombinedError({
    graphQLErrors: codes.map((code) => ({ message: "No.", extensions: { code } })),
  });

it.each([
  ["CANNOT_SAVE", "The server cannot save changes right now. Try again in a moment."],
  ["UNAVAILABLE", "The server is not available right now. Try again in a moment."],
  ["UNAUTHENTICATED", "Your session has ended. Sign in again to continue."],
  ["INTERNAL", "Something went wrong on the server."],
  ["BAD_INPUT", "No."],
])("describes %s in plain words", (code, message) => {
  expect(problemOf(failed(code))).toEqual({ message, fields: {} });
});

it("reports CANNOT_SAVE before other errors", () => {
  expect(problemOf(failed("INTERNAL", "CANNOT_SAVE")).message).toContain("cannot save");
});

it("finds no problem in a response without errors", () => {
  expect(problemIn(undefined, { userErrors: [] }, [])).toBeUndefined();
});
