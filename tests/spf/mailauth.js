// mailauth's verdicts: one world a line in, as tests/spf/judges.py writes it; one result a line out.
"use strict";

const path = require("node:path");
const { spf } = require(path.join(process.argv[2], "lib/spf"));

const WILD = ".wild.example.org.";
const sum = (name) => [...name].reduce((total, character) => total + character.charCodeAt(0), 0);
const bare = (name) => name.replace(/\.$/, "");

function failed(code) {
  return Object.assign(new Error(code), { code });
}

function types(world, name) {
  if (Object.hasOwn(world.names, name)) return world.names[name];
  if (name.endsWith(WILD) && sum(name) % 3 === 0) return { A: ["127.0.0.2"] };
  throw failed("ENOTFOUND");
}

function decoded(type, value) {
  if (type === "TXT") return [value];
  if (type === "PTR") return bare(value);
  if (type !== "MX") return value;
  const [priority, exchange] = value.split(" ");
  return { priority: Number(priority), exchange: bare(exchange) };
}

function resolver(world) {
  return async (name, type) => {
    const values = types(world, bare(name).toLowerCase() + ".")[type] || [];
    if (values.includes("TIMEOUT")) throw failed("ETIMEOUT");
    if (!values.length) throw failed("ENODATA");
    return values.map((value) => decoded(type, value));
  };
}

async function main() {
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n");
  for (const world of lines.filter(Boolean).map(JSON.parse)) {
    const { ip, helo } = world;
    const limits = { maxResolveCount: world.lookups, maxVoidCount: world.voids };
    const judged = await spf({ sender: world.mail_from, ip, helo, mta: "unknown", ...limits, resolver: resolver(world) });
    process.stdout.write(judged.status.result + "\n");
  }
}

main();
