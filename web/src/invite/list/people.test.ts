import { describe, expect, it } from "vitest";
import { kindOf } from "./header-names";
import { MAX_ROWS } from "./read";
import { roleReader } from "./role-names";
import { emails, faultsOf, listOf, ROLES, read, summaries } from "./testing";

describe("a table", () => {
  it("can have quotes, a byte order mark and Windows line endings", () => {
    const text =
      '\uFEFF"Email","First name","Last name","Role"\r\n"ana@x.example","Ana ""Bee""","O, Silva","Security Auditor"\r\n\r\n';
    expect(summaries(read(text))).toEqual(['ana@x.example|Ana "Bee"|O, Silva|SECURITY_AUDITOR']);
  });

  it("can begin with several byte order marks", () => {
    const text = '\uFEFF\uFEFFemail,name\na@x.example,Ana "Bee"\nb@x.example,"B"o\n';
    expect(summaries(read(text))).toEqual(['a@x.example|Ana|"Bee"|-']);
    expect(read(text).faults.map(({ cells }) => cells)).toEqual([['b@x.example,"B"o']]);
  });

  it("can have any separator and any order of columns", () => {
    expect(summaries(read("name;E-Mail\nAna Maria Silva; ana@x.example \n"))).toEqual([
      "ana@x.example|Ana|Maria Silva|-",
    ]);
    expect(summaries(read("role\temail\nWORKSPACE_ADMIN\tbo@x.example"))).toEqual([
      "bo@x.example|||WORKSPACE_ADMIN",
    ]);
    expect(emails("Email|Role\nbo@x.example|auditor")).toEqual(["bo@x.example"]);
  });

  it("can have a single column", () => {
    expect(emails("email\nbo@x.example\ncy@x.example")).toEqual(["bo@x.example", "cy@x.example"]);
  });

  it("can have a title before its header", () => {
    const text = "Users of Acme\n\nMade on Monday, 2 January\nEmail,Name\nbo@x.example,Bo Li";
    expect(summaries(read(text))).toEqual(["bo@x.example|Bo|Li|-"]);
  });

  it("can have an address with a name in a cell, but not two addresses", () => {
    const found = read(
      'email,role\n"Silva, Ana <ana@x.example>",admin\n"a@x.example; b@x.example",',
    );
    expect(summaries(found)).toEqual(["ana@x.example|Ana|Silva|WORKSPACE_ADMIN"]);
    expect(faultsOf(found)).toEqual([
      "3: “a@x.example; b@x.example” is not a single email address.",
    ]);
  });

  it("skips a row whose email cell has more than a name and an address", () => {
    const cells = ["x; <a@x.example>", ",=, <a@x.example>", '" <a@x.example>'];
    for (const cell of cells) {
      const found = read(`email,role\n"${cell.replaceAll('"', '""')}",admin`);
      expect(found.people).toEqual([]);
      expect(found.faults).toHaveLength(1);
    }
  });

  it("keeps the most complete of several equal entries and reports the others", () => {
    const found = read("email,name\na@x.example,\nb@x.example,B\na@x.example,Ana");
    expect(summaries(found)).toEqual(["a@x.example|Ana||-", "b@x.example|B||-"]);
    expect(found.repeated.map(({ line }) => line)).toEqual([2]);
  });

  it("keeps names in every script", () => {
    const text = "email,first name,last name\na@x.example,ليلى,حداد\nb@x.example,玲,王";
    expect(summaries(read(text))).toEqual(["a@x.example|ليلى|حداد|-", "b@x.example|玲|王|-"]);
  });

  it("reports rows without an address or with an unknown role", () => {
    const found = read("email,role\n,\nx,\na@x.example,King\nb@x.example,\n,admin");
    expect(emails("email,role\nb@x.example,\n")).toEqual(["b@x.example"]);
    expect(faultsOf(found)).toEqual([
      "3: “x” is not a single email address.",
      "4: Unknown role “King”.",
      "6: No email address.",
    ]);
  });

  it("reports the line on which a row begins, whatever precedes it", () => {
    const text = 'email,name\r\n\r\na@x.example,"Ana\r\nSilva"\r\nnobody,x\r\n ,\r\n,Bo\r\n';
    expect(summaries(read(text))).toEqual(["a@x.example|Ana|Silva|-"]);
    expect(faultsOf(read(text)).map((each) => each.split(":")[0])).toEqual(["5", "7"]);
  });

  it("skips rows whose cells have shifted", () => {
    const found = read(
      [
        "email,first name,last name,role",
        "a@x.example,Silva, Ana,Security Auditor,admin",
        "b@x.example,Security Auditor",
        "c@x.example,Cy,Security Auditor,",
        "d@x.example",
        "e@x.example,Ed,e2@x.example,",
      ].join("\n"),
    );
    expect(emails("email,role\nd@x.example")).toEqual(["d@x.example"]);
    expect(summaries(found)).toEqual(["d@x.example|||-"]);
    expect(faultsOf(found)).toEqual([
      "2: This row has 5 cells, but there are 4 columns.",
      "3: This row has only 2 cells, but there are 4 columns.",
      "4: “Security Auditor” is in a name column.",
      "6: “e2@x.example” is in a name column.",
    ]);
  });

  it("reports quotes that are not closed correctly and reads the rows after them", () => {
    const found = read(
      'email,name\n"a@x.example","Ana "Bee" Silva"\nb@x.example,Bo\n"c@x.example","Cy\n"d@x.example","Di"\ne@x.example,Ed',
    );
    expect(emails("email,name\nb@x.example,Bo 'B' \"Li\"")).toEqual(["b@x.example"]);
    expect(summaries(found)).toEqual(["b@x.example|Bo||-", "e@x.example|Ed||-"]);
    expect(found.faults.map(({ line, lastLine, cells }) => [line, lastLine, ...cells])).toEqual([
      [2, 2, '"a@x.example","Ana "Bee" Silva"'],
      [4, 5, '"c@x.example","Cy\n"d@x.example","Di"'],
    ]);
  });

  it("reports characters that were lost when the list was saved", () => {
    expect(faultsOf(read("email,name\na@x.example,M\uFFFDller"))).toEqual([
      expect.stringContaining("2: Letters were lost"),
    ]);
  });

  it("needs confirmation if a column is unknown or repeated, unless it is empty", () => {
    expect(listOf("email,level\na@x.example,1").columns.certain).toBe(false);
    expect(listOf("email,name,email\na@x.example,A,b@x.example").columns.certain).toBe(false);
    expect(listOf("email,name,,\na@x.example,A,,").columns.certain).toBe(true);
  });

  it("skips people whose account is inactive in the exporting system", () => {
    const found = read(
      "email,status,blocked\na@x.example,Active,false\nb@x.example,Suspended,\nc@x.example,,True",
    );
    expect(summaries(found)).toEqual(["a@x.example|||-"]);
    expect(faultsOf(found)).toEqual([
      "3: Marked as “Suspended” in this list.",
      "4: Marked as blocked in this list.",
    ]);
  });

  it("is rejected if it has too many rows", () => {
    const rows = Array.from({ length: MAX_ROWS }, (_, n) => `p${n}@x.example;P${n}`);
    const list = listOf(["email;first name", ...rows].join("\r\n"));
    expect(list.stop).toBeUndefined();
    expect(list.rows).toHaveLength(MAX_ROWS);
    rows.push("more@x.example;M");
    for (const text of [
      ["email;first name", ...rows].join("\r\n"),
      `${rows.join("\n")}\nx@x.example;X`,
    ]) {
      expect(listOf(text).stop?.reason).toContain("more than 10,000 rows");
      expect(listOf(text).rows).toEqual([]);
    }
    expect(listOf(rows.join("\n").replace(/;.*/gu, "")).stop).toBeDefined();
  });
});

describe("headers", () => {
  it("are recognized in several languages and notations", () => {
    for (const name of ["E-Mail", "email_address", "emailAddress", "Adresse e-mail *", "Mail"]) {
      expect(kindOf(name)).toBe("email");
    }
    expect(kindOf("Imię")).toBe("firstName");
    expect(kindOf("PRÉNOM (obligatoire)")).toBe("firstName");
    expect(kindOf("Rôle")).toBe("role");
    expect(kindOf("Access level")).toBeUndefined();
  });

  it("for names are interpreted according to the other headers", () => {
    const uses = (header: string) => listOf(`${header}\na@x.example,x,y`).columns.uses;
    expect(uses("E-Mail,Vorname,Name")).toEqual(["email", "firstName", "lastName"]);
    expect(uses("Email,Nome,Cognome")).toEqual(["email", "firstName", "lastName"]);
    expect(uses("Email,Name,Role")).toEqual(["email", "name", "role"]);
    expect(uses("Email,Full name,Display name")).toEqual(["email", "name", "none"]);
  });
});

describe("roles", () => {
  it("are recognized by their full and short names in several languages", () => {
    const named = (text: string) => roleReader(ROLES).roleIn(text);
    for (const name of ["Workspace Admin", "WORKSPACE_ADMIN", "admin", "Administratorin"]) {
      expect(named(name)).toBe("WORKSPACE_ADMIN");
    }
    for (const name of ["gateway-operator", "Opérateur", "operador"]) {
      expect(named(name)).toBe("GATEWAY_OPERATOR");
    }
    for (const name of ["Security auditor", "Prüfer", "AUDITOR", "Audytor"]) {
      expect(named(name)).toBe("SECURITY_AUDITOR");
    }
  });

  it("are never guessed from other names", () => {
    for (const name of ["user", "member", "owner", "viewer", "adm", "admin, operator", ""]) {
      expect(roleReader(ROLES).roleIn(name)).toBeUndefined();
    }
  });
});
