// As ../xray_rules.py with the X-Ray SDK for Node: its sampler asks the receiver for rules and, after ten seconds, for its targets.
// Drives itself, and writes down what was sent.

import { once } from "node:events";
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import http from "node:http";

import AWSXRay from "aws-xray-sdk-core";

const LOOP_MS = 2500;
const PATIENCE_MS = 60_000;

const require = createRequire(import.meta.url);
const sampling = "aws-xray-sdk-core/dist/lib/middleware/sampling";
const sampler = require(`${sampling}/default_sampler`);
const connector = require(`${sampling}/service_connector`);

const documents = [];
const emitter = require("aws-xray-sdk-core/dist/lib/segment_emitter");
const send = emitter.send;
emitter.send = function sendAndRecord(entity) {
  documents.push(JSON.parse(entity.format()));
  send.call(this, entity);
};

// The sampler's own calls, which nothing else tells of.
let targets = 0;
const fetchTargets = connector.fetchTargets;
connector.fetchTargets = function fetchAndCount(rules, done) {
  fetchTargets.call(this, rules, (error, mapping, freshness) => {
    done(error, mapping, freshness);
    if (!error) targets += 1;
  });
};

async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await new Promise((later) => setTimeout(later, 20));
  }
}

// What the SDK's middleware for Express does.
AWSXRay.enableManualMode();
AWSXRay.middleware.setDefaultName("frontend-node");
const server = http.createServer((request, response) => {
  AWSXRay.middleware.traceRequestResponseCycle(request, response);
  response.end("ok");
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const second = () => Math.floor(Date.now() / 1000);
const visits = [];
async function visit(path) {
  const began = second();
  const request = http.get({ host: "127.0.0.1", port: server.address().port, path, agent });
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
  visits.push([path, began, second()]);
}

sampler.start();
await until("the SDK has the receiver's rules", () => sampler.ruleCache.getLastUpdated() !== null);
for (let number = 0; number < 50; number += 1) {
  await visit("/never");
  await visit("/always");
}
// Only rules that were used are reported.
const some = sampler.ruleCache.getRules().find((rule) => rule.getName() === "some");
some.incrementRequestCount();
await until("the SDK was told its targets", () => targets > 0);
const end = Date.now() + LOOP_MS;
while (Date.now() < end) await visit("/some");

agent.destroy();
server.close();
await once(server, "close");
// The SDK has no flush: its sends are in the socket's queue, and are done before a timer is.
await new Promise((done) => setTimeout(done, 200));
writeFileSync(process.env.PEERS_XRAY_TRUTH, JSON.stringify(documents));
writeFileSync(process.env.PEERS_VISIT_TRUTH, JSON.stringify(visits));
console.log(`${visits.length} requests, ${documents.length} documents, ${targets} reports`);
process.exit(0);
