import { describe, expect, it } from "vitest";
import { readFile } from "./file";

const read = (bytes: BlobPart) => readFile(new Blob([bytes]));

describe("a file", () => {
  it("is read as text, or with the lines that are not UTF-8", async () => {
    expect(await read("Bo Müller, ليلى, 玲")).toEqual({ text: "Bo Müller, ليلى, 玲" });
    expect(await read(Uint8Array.from([0x42, 0xf6]))).toHaveProperty("undecoded.lines.length", 1);
  });

  it("is refused if it is not text, too large or no longer there", async () => {
    for (const start of [
      [0x50, 0x4b, 3, 4, 0, 0],
      [0x50, 0x4b, 3, 4, 0, 0xff],
    ]) {
      expect(await read(Uint8Array.from(start))).toHaveProperty(
        "refused",
        expect.stringContaining("CSV"),
      );
    }
    expect(await read(new Uint8Array(5_000_001))).toHaveProperty(
      "refused",
      expect.stringContaining("5 MB"),
    );
    const gone = new Blob(["x"]);
    gone.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
    expect(await readFile(gone)).toHaveProperty("refused", expect.stringContaining("moved"));
  });
});
