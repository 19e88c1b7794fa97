import { describe, expect, it } from "vitest";
import { decode, decodeAs } from "./decode";
import { encodingsOf } from "./encodings";
import { bytesOf } from "./testing";

const bytes = (text: string, encoding: BufferEncoding = "utf8") =>
  Uint8Array.from(Buffer.from(text, encoding));
const swapped = (text: string) => Uint8Array.from(Buffer.from(text, "utf16le").swap16());

const undecoded = (source: Uint8Array) => {
  const decoded = decode(source);
  if (!("undecoded" in decoded)) throw new Error("it was decoded");
  return decoded.undecoded;
};

describe("text is decoded from", () => {
  const text = "email;name\nana@x.example;Bo Müller, ليلى, 玲";
  it.each([
    ["UTF-8", bytes(text)],
    ["UTF-8 with a byte order mark", bytes(`\uFEFF${text}`)],
    ["UTF-16 LE", bytes(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 BE", swapped(`\uFEFF${text}`)],
    ["UTF-16 LE without a byte order mark", bytes(text, "utf16le")],
    ["UTF-16 BE without a byte order mark", swapped(text)],
  ])("%s", (_, source) => {
    expect(decode(source)).toEqual({ text });
  });
});

describe("text in another encoding", () => {
  it("is reported with the lines that are not UTF-8, without a guess", () => {
    expect(undecoded(bytesOf("windows-1250.csv")).lines.map(({ line }) => line)).toEqual([2]);
    expect(undecoded(bytesOf("latin-1.csv")).lines.map(({ line }) => line)).toEqual([3]);
    const mac = bytes("a\rb\xe9\rc\xe9", "latin1");
    expect(undecoded(mac).lines.map(({ line }) => line)).toEqual([2, 3]);
  });

  it("is offered in every encoding that decodes it differently", () => {
    const source = undecoded(bytesOf("windows-1250.csv"));
    const found = encodingsOf(source);
    expect(found.map(({ label, sample }) => [label, sample])).toContainEqual([
      "windows-1250",
      "l@acme.example;Łukasz",
    ]);
    expect(new Set(found.map(({ sample }) => sample)).size).toBe(found.length);
    expect(decodeAs(source.bytes, "windows-1250")).toBe(
      "email;first name\r\nl@acme.example;Łukasz\r\n",
    );
  });
});
