// Writes FILE.br and FILE.gz beside every file of a folder that gets smaller by that. Node.js can do
// it, and where it is missing there is nothing to compress: so no crate has to be built for it.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  const path = join(folder, name);
  if (!statSync(path).isFile()) continue;
  const plain = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  // Fonts and most pictures are compressed already: less than a tenth is not worth unpacking.
  const worthIt = plain.length * 0.9;
  const packed = { br: brotliCompressSync(plain, { params }), gz: gzipSync(plain, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < worthIt) writeFileSync(`${path}.${ending}`, bytes);
  }
}
