// mailauth's verdicts by a resolver at a port of loopback: one question a line in, its answer a line out.
"use strict";

const path = require("node:path");
const dns = require("node:dns").promises;
const { spf } = require(path.join(process.argv[2], "lib/spf"));
const { dmarc } = require(path.join(process.argv[2], "lib/dmarc"));

const asked = new dns.Resolver({ timeout: 3000, tries: 3 });
asked.setServers([`127.0.0.1:${process.argv[3]}`]);
const AT_ONCE = 8; // domains
const kept = new Map();

function resolver(name, type) {
  const key = `${type} ${name.toLowerCase()}`;
  if (!kept.has(key)) kept.set(key, asked.resolve(name, type));
  return kept.get(key);
}

async function judged({ domain, clients }) {
  const said = clients.map((ip) => spf({ sender: `user@${domain}`, ip, helo: "mx.example.org", mta: "unknown", resolver }));
  const results = (await Promise.all(said)).map(({ status }) => status.result);
  const found = await dmarc({ headerFrom: `user@${domain}`, spfDomains: [], dkimDomains: [], resolver });
  return { results, record: found.rr || "", policy: found.policy || "", why: found.error || "" };
}

async function main() {
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n");
  const questions = lines.filter(Boolean).map(JSON.parse);
  const answers = new Array(questions.length);
  let next = 0;
  const worker = async () => {
    while (next < questions.length) {
      const mine = next++;
      answers[mine] = await judged(questions[mine]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker)); // more, and the resolver drops some
  answers.forEach((each) => process.stdout.write(JSON.stringify(each) + "\n"));
}

main();
