// mailauth's reading of DMARC records: one text a line in, as JSON; its tags a line out, or null.
"use strict";

const path = require("node:path");
const read = require(path.join(process.argv[2], "lib/dmarc/get-dmarc-record"));

async function main() {
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n");
  for (const text of lines.filter(Boolean).map((line) => JSON.parse(line))) {
    const found = await read("example.com", async () => [[text]]);
    process.stdout.write(JSON.stringify(found || null) + "\n");
  }
}

main();
