// Writes FILE.br and FILE.gz for every file of a folder that gets smaller. Node.js does this, because
// without it there is nothing to compress, and a crate would have to be compiled for this alone.
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
  // Fonts and most images are already compressed: saving less than 10% is not worth decompressing.
  const worthIt = plain.length * 0.9;
  const packed = { br: brotliCompressSync(plain, { params }), gz: gzipSync(plain, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < worthIt) writeFileSync(`${path}.${ending}`, bytes);
  }
}
