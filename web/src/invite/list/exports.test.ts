import { describe, expect, it } from "vitest";
import { peopleIn } from "./people";
import { faultsOf, fileList, ROLES, summaries } from "./testing";

const peopleOf = (name: string) => {
  const list = fileList(name);
  return peopleIn(list, list.columns.uses, ROLES);
};

describe("one person per row is read without asking for columns from", () => {
  it.each<[string, string[]]>([
    ["google-workspace.csv", ["ana@acme.example|Ana|Silva|-", "bo@acme.example|Bo|Li|-"]],
    ["google-workspace-download.csv", ["ana@acme.example|Ana|Silva|-", "bo@acme.example|Bo|Li|-"]],
    ["microsoft-365-users.csv", ["ana@acme.example|Ana|Silva|-", "joerg@acme.example|Jörg|Groß|-"]],
    ["entra-users.csv", ["ana.silva@acme.example|Ana|Silva|-", "bo@mail.example|Bo|Li|-"]],
    [
      "entra-bulk-create-german.csv",
      ["ana@acme.example|Ana|Silva|-", "joerg@acme.example|Jörg|Groß|-"],
    ],
    ["okta-people.csv", ["ana@acme.example|Ana|Silva|-", "bo@acme.example|Bo|Li|-"]],
    ["slack-members.csv", ["ana@acme.example|Ana|Silva|-", "bo@acme.example|Bo|Li|-"]],
    ["bamboohr.csv", ["ana@acme.example|Ana|Silva|-", "bo@acme.example|Bo|Li|-"]],
    ["personio-german.csv", ["ana@acme.example|Ana|Silva|-", "joerg@acme.example|Jörg|Groß|-"]],
    ["excel-german.csv", ["joerg@acme.example|Jörg|Groß|SECURITY_AUDITOR"]],
    [
      "excel-french.csv",
      [
        "zoe@acme.example|Zoë|Lefèvre|WORKSPACE_ADMIN",
        "noel@acme.example|Noël|Brûlé|SECURITY_AUDITOR",
      ],
    ],
    [
      "excel-spanish.csv",
      [
        "inigo@acme.example|Íñigo|Muñoz Peña|GATEWAY_OPERATOR",
        "ana@acme.example|Ana|Núñez|SECURITY_AUDITOR",
      ],
    ],
    [
      "excel-italian.csv",
      [
        "nicolo@acme.example|Nicolò|D'Amico|WORKSPACE_ADMIN",
        "zoe@acme.example|Zoe|Dalò|SECURITY_AUDITOR",
      ],
    ],
    [
      "excel-polish.csv",
      [
        "lukasz@acme.example|Łukasz|Żółć|WORKSPACE_ADMIN",
        "swieta@acme.example|Świętosława|Dąb|SECURITY_AUDITOR",
      ],
    ],
    [
      "excel-portuguese.csv",
      [
        "joao@acme.example|João|Conceição|GATEWAY_OPERATOR",
        "ines@acme.example|Inês|Gonçalves|WORKSPACE_ADMIN",
      ],
    ],
    [
      "excel-unicode-text.txt",
      ["lukasz@acme.example|Łukasz|Żółć|-", "eleni@acme.example|Ελένη|Παππά|-"],
    ],
    ["excel-separator-line.csv", ["ana@acme.example|Ana|Silva|-"]],
  ])("%s", (name, people) => {
    const list = fileList(name);
    expect(list.columns.certain).toBe(true);
    expect(list.stop).toBeUndefined();
    const found = peopleIn(list, list.columns.uses, ROLES);
    expect(summaries(found)).toEqual(people);
    expect(found.faults).toEqual([]);
  });
});

describe("columns are guessed for the user to confirm in", () => {
  it.each<[string, string[], string[]]>([
    [
      "no-header.csv",
      ["email", "firstName", "lastName", "role"],
      [
        "bert@acme.example|Bert|Meyer|SECURITY_AUDITOR",
        "carla@acme.example|Carla|Roth|WORKSPACE_ADMIN",
      ],
    ],
    [
      "unknown-header.csv",
      ["name", "email", "role"],
      ["bert@acme.example|Bert|Meyer|SECURITY_AUDITOR"],
    ],
  ])("%s", (name, uses, people) => {
    const list = fileList(name);
    expect(list.columns).toEqual({ uses, certain: false });
    expect(summaries(peopleOf(name))).toEqual(people);
  });
});

describe("line numbers are reported for", () => {
  it("a person with two roles", () => {
    const found = peopleOf("two-roles.csv");
    expect(found.people).toEqual([]);
    expect(faultsOf(found)).toEqual([
      "2: Listed twice: as Security Auditor here, as Workspace Admin on line 3. Keep one.",
      "3: Listed twice: as Workspace Admin here, as Security Auditor on line 2. Keep one.",
    ]);
  });

  it("a quote that is never closed", () => {
    expect(fileList("unclosed-quote.csv").stop).toMatchObject({
      line: 4,
      lastLine: 13,
      reason: expect.stringContaining("never closed"),
    });
  });

  it("a quote that is closed in another row", () => {
    const found = peopleOf("quote-that-swallows.csv");
    expect(summaries(found)).toEqual(["p3@acme.example|First3|Last3|-"]);
    expect(faultsOf(found)).toEqual(['2: A quote (") may be missing: lines 2 to 3 are one row.']);
  });
});
