import { describe, expect, it } from "vitest";
import { again, content, contentAgain, fileList, listOf, read } from "./testing";
import { TEMPLATE } from "./write";

describe("a list keeps its content when it is written and read again:", () => {
  it.each(["google-workspace-download.csv", "no-header.csv", "slack-members.csv", "two-roles.csv"])(
    "%s",
    (name) => {
      const list = fileList(name);
      expect(again(list).columns).toEqual({ uses: list.columns.uses, certain: true });
      expect(contentAgain(list)).toEqual(content(list));
    },
  );
});

it("the template is a list with known columns and no people", () => {
  expect(listOf(TEMPLATE).columns).toEqual({
    uses: ["email", "firstName", "lastName", "role"],
    certain: true,
  });
  expect(read(`${TEMPLATE}ana@x.example,Ana,Silva,admin`).people).toHaveLength(1);
});
