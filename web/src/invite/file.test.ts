import { describe, expect, it } from "vitest";
import { readFile } from "./file";

const read = (bytes: BlobPart) => readFile(new Blob([bytes]));
const le = (text: string) => Uint8Array.from(Buffer.from(`\uFEFF${text}`, "utf16le"));

describe("a file", () => {
  it("in UTF-8 keeps every script, with or without a byte order mark", async () => {
    expect(await read("Bo Müller, ليلى, 玲")).toEqual({ text: "Bo Müller, ليلى, 玲" });
    expect(await read("\uFEFFBo Müller")).toEqual({ text: "Bo Müller" });
  });

  it("in UTF-16 is known by its byte order mark", async () => {
    expect(await read(le("Bo Müller, 玲"))).toEqual({ text: "Bo Müller, 玲" });
    const swapped = Uint8Array.from(Buffer.from(le("Bo Müller")).swap16());
    expect(await read(swapped)).toEqual({ text: "Bo Müller" });
  });

  it("that is no UTF-8 is taken for Windows-1252", async () => {
    expect(await read(Uint8Array.from([0x42, 0xf6]))).toEqual({ text: "Bö" });
  });

  it("that is no text, too large or gone says so", async () => {
    expect(await read(Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]))).toHaveProperty(
      "refused",
      expect.stringContaining("CSV"),
    );
    expect(await read(new Uint8Array(5_000_001))).toHaveProperty(
      "refused",
      expect.stringContaining("5 MB"),
    );
    const gone = new Blob(["x"]);
    gone.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
    expect(await readFile(gone)).toHaveProperty("refused", expect.stringContaining("moved"));
  });
});
