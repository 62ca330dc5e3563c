// mailauth's verdicts on signatures: a port of loopback and messages in base64 a line in, their results a line out.
"use strict";

const path = require("node:path");
const dns = require("node:dns").promises;
const { dkimVerify } = require(path.join(process.argv[2], "lib/dkim/verify"));

async function judged(message, resolver) {
  const { results } = await dkimVerify(Buffer.from(message, "base64"), { resolver });
  return results.map(({ selector, status }) => [selector, status.result, status.comment || ""]);
}

async function main() {
  for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
    const { port, messages } = JSON.parse(line);
    const asked = new dns.Resolver({ timeout: 2000, tries: 2 });
    asked.setServers([`127.0.0.1:${port}`]);
    const resolver = (name, type) => asked.resolve(name, type);
    const found = await Promise.all(messages.map((message) => judged(message, resolver)));
    process.stdout.write(JSON.stringify(found) + "\n");
  }
}

main();
