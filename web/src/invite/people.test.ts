import { describe, expect, it } from "vitest";
import { batches, keyOf, readPeople } from "./people";

const roles = [
  { role: "WORKSPACE_ADMIN", name: "Workspace Admin" },
  { role: "SECURITY_AUDITOR", name: "Security Auditor" },
] as const;
const read = (text: string) => readPeople(text, roles);
const emails = (text: string) => read(text).people.map(({ email }) => email);

describe("addresses", () => {
  it("may be separated by anything that people use", () => {
    const expected = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    expect(emails("a@x.example, b@x.example;c@x.example\r\n  d@x.example  ")).toEqual(expected);
    expect(emails("a@x.example b@x.example\tc@x.example\rd@x.example")).toEqual(expected);
  });

  it("may come with names, as mail programs copy them", () => {
    const { people } = read('"Silva, Ana" <ana@x.example>; Bo Li <bo@x.example>\n<cy@x.example>');
    expect(people).toEqual([
      { email: "ana@x.example", firstName: "Ana", lastName: "Silva" },
      { email: "bo@x.example", firstName: "Bo", lastName: "Li" },
      { email: "cy@x.example", firstName: "", lastName: "" },
    ]);
  });

  it("may have names with a comma and no quotes, as Outlook copies them", () => {
    const { people, unread } = read(
      "Müller, Bo <bo@x.example>; Li, An Mei <an@x.example>, Cy <cy@x.example>",
    );
    expect(people.map(({ firstName, lastName }) => [firstName, lastName])).toEqual([
      ["Bo", "Müller"],
      ["An Mei", "Li"],
      ["Cy", ""],
    ]);
    expect(unread).toEqual([]);
    const after = read("Bo <bo@x.example>, Li, An <an@x.example>").people;
    expect(after.map(({ lastName }) => lastName)).toEqual(["", "Li"]);
    const bare = read("Bo <bo@x.example>, cy@x.example, Li, An <an@x.example>").people;
    expect(bare.map(({ firstName, lastName }) => [firstName, lastName])).toEqual([
      ["Bo", ""],
      ["", ""],
      ["An", "Li"],
    ]);
    const [stray] = read(", Bo <bo@x.example>").people;
    expect(stray).toEqual({ email: "bo@x.example", firstName: "Bo", lastName: "" });
  });

  it("lose what cannot be seen", () => {
    expect(emails("\u200Bana@x.example\u2060 bo@x.example\u202C")).toEqual([
      "ana@x.example",
      "bo@x.example",
    ]);
    expect(keyOf("ana\u00AD@x.example")).toBe("ana@x.example");
  });

  it("that are none are told, with their line", () => {
    const { people, unread } = read("a@x.example\nnobody\nb@x");
    expect(people).toHaveLength(1);
    expect(unread.map(({ line, text }) => [line, text])).toEqual([
      [2, "nobody"],
      [3, "b@x"],
    ]);
  });

  it("are taken once, whatever their case and form", () => {
    const { people, repeated } = read("Ana@X.example\nana@x.example\nＡna@x.example");
    expect(people).toHaveLength(1);
    expect(repeated).toBe(2);
  });
});

describe("a table", () => {
  it("may have quotes, a byte order mark and Windows line ends", () => {
    const text =
      '\uFEFF"Email","First name","Last name","Role"\r\n"ana@x.example","Ana ""Bee""","O, Silva","Security Auditor"\r\n\r\n';
    expect(read(text)).toEqual({
      people: [
        {
          email: "ana@x.example",
          firstName: 'Ana "Bee"',
          lastName: "O, Silva",
          role: "SECURITY_AUDITOR",
        },
      ],
      unread: [],
      repeated: 0,
    });
  });

  it("may have semicolons or tabs, and its columns in any order", () => {
    expect(read("name;E-Mail\nAna Maria Silva; ana@x.example \n").people).toEqual([
      { email: "ana@x.example", firstName: "Ana", lastName: "Maria Silva" },
    ]);
    expect(emails("role\temail\nWORKSPACE_ADMIN\tbo@x.example")).toEqual(["bo@x.example"]);
  });

  it("keeps names of every script", () => {
    const { people } = read("email,first name,last name\na@x.example,ليلى,حداد\nb@x.example,玲,王");
    expect(people.map(({ firstName, lastName }) => firstName + lastName)).toEqual([
      "ليلىحداد",
      "玲王",
    ]);
  });

  it("tells rows without an address or with an unknown role", () => {
    const { people, unread } = read("email,role\n,\nx,\na@x.example,King\nb@x.example,\n");
    expect(people.map(({ email }) => email)).toEqual(["b@x.example"]);
    expect(unread.map(({ reason }) => reason)).toEqual([
      "This is not an address.",
      "There is no role “King”.",
    ]);
  });

  it("tells the line where a row begins, whatever stands before", () => {
    const text = 'email,name\r\n\r\na@x.example,"Ana\r\nSilva"\r\nnobody,x\r\n ,\r\n,Bo\r\n';
    expect(read(text).unread.map(({ line, reason }) => [line, reason])).toEqual([
      [5, "This is not an address."],
      [7, "No address."],
    ]);
  });

  it("may begin with Excel's line for the separator, or with nothing", () => {
    const { people, unread } = read("sep=;\r\nemail;name\r\na@x.example;Silva, Ana\r\nx;y");
    expect(people).toEqual([{ email: "a@x.example", firstName: "Ana", lastName: "Silva" }]);
    expect(unread.map(({ line }) => line)).toEqual([4]);
    expect(emails("\n\nemail,name\na@x.example,Ana")).toEqual(["a@x.example"]);
  });

  it("of 5,000 rows is read as a whole", () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `p${n}@x.example;P${n}`);
    const { people } = read(["email;first name", ...rows].join("\r\n"));
    expect(people).toHaveLength(5000);
    expect(batches(people)).toHaveLength(50);
    expect(batches(people).flat()).toEqual(people);
  });
});

it("keys do not depend on case, blanks or form", () => {
  expect(keyOf("  ÄNA@x.example ")).toBe(keyOf("a\u0308na@X.example"));
});
