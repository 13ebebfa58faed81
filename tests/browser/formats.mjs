// What speedscope itself makes of the files of `show -o speedscope` and `show -o perfetto` (it reads both).
//
//   node tests/browser/formats.mjs target/browser-node/node_modules target/debug/cruddur-trace
//
// Needs the npm package `speedscope` 1.25.0: its importers are taken out of the bundle that it ships, without a browser.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import vm from 'node:vm'

const [modules, binary] = process.argv.slice(2)
if (!modules || !binary) {
  console.error('usage: formats.mjs NODE_MODULES CRUDDUR_TRACE')
  process.exit(2)
}
const fixtures = path.join(import.meta.dirname, '../fixtures')
const home = mkdtempSync(path.join(tmpdir(), 'cruddur-formats-'))
const warnings = []
const read = importer()

/// The function of speedscope that reads any profile, by its name and bytes.
function importer() {
  const release = path.join(modules, 'speedscope/dist/release')
  const bundle = readdirSync(release).find(name => /^speedscope-.*\.js$/.test(name))
  assert(bundle, `no bundle of speedscope in ${release}`)
  let code = readFileSync(path.join(release, bundle), 'utf8')
  const lazy = /Promise\.resolve\(\)\.then\(\(\)=>\(([\w$]+)\(\),([\w$]+)\)\);/g
  const module = /var ([\w$]+)=\{\};[\w$]+\(\1,\{importFromFileSystemDirectoryEntry/.exec(code)?.[1]
  const begin = [...code.matchAll(lazy)].find(found => found[2] === module)?.[1]
  const start = code.lastIndexOf('console.log(`speedscope v')
  assert(module && begin && start > 0, 'this is not the speedscope that we know: 1.25.0')
  // In place of the start of its user interface.
  code = `${code.slice(0, start)}${begin}();globalThis.read=${module}.importProfilesFromArrayBuffer;${code.slice(code.lastIndexOf('})();'))}`
  const any = new Proxy(function () {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => '' : any), apply: () => any, construct: () => any, set: () => true,
  })
  const warn = (...words) => warnings.push(words.join(' '))
  const world = {
    console: { log() {}, warn, error: warn, assert: (held, ...words) => held || warn('assertion', ...words) },
    document: any, navigator: { userAgent: '', platform: '' }, location: { hash: '', protocol: 'file:' }, localStorage: any, fetch: any, Image: any,
    matchMedia: () => any, requestAnimationFrame: () => 0, addEventListener() {}, TextDecoder, TextEncoder, setTimeout, clearTimeout, performance, URL,
  }
  Object.assign(world, { window: world, self: world, globalThis: world })
  vm.createContext(world)
  vm.runInContext(code, world)
  return (name, bytes) => world.read(name, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/// What the program writes of a file, as speedscope reads it: of each profile its name, unit, width, calls and levels.
async function profiles(file, format, ...more) {
  const args = ['show', '-b', `file:${file}`, '-o', format, ...more]
  const env = { HOME: home, PATH: process.env.PATH }
  const written = execFileSync(binary, args, { env, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })
  const group = await read(`trace.${format}.json`, written)
  assert(group, `speedscope does not know what ${args.join(' ')} wrote`)
  return Array.from(group.profiles, profile => {
    let [calls, depth, levels, own] = [0, 0, 0, 0]
    profile.forEachCall(() => { calls++; levels = Math.max(levels, ++depth) }, () => depth--)
    profile.forEachFrame(frame => { own += frame.getSelfWeight() })
    return { name: profile.getName(), unit: profile.getWeightUnit(), width: profile.getTotalWeight(), own, calls, levels }
  })
}

const id = '5'.repeat(32)

/// A file of OTLP/JSON: service, id, parent, name, from and to in nanoseconds; it runs where there is no end.
function otlp(name, spans) {
  const at = nanos => String(1784900000000000000n + BigInt(nanos))
  const hex = number => number.toString(16).padStart(16, '0')
  const resourceSpans = spans.map(([service, span, parent, name, from, to]) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: [{
      traceId: id, spanId: hex(span), ...(parent && { parentSpanId: hex(parent) }), name, startTimeUnixNano: at(from), ...(to !== null && { endTimeUnixNano: at(to) }),
    }] }],
  }))
  const file = path.join(home, name)
  writeFileSync(file, JSON.stringify({ resourceSpans }))
  return file
}

const checks = {
  async 'both profiles are as wide as the request took'() {
    const found = await profiles(path.join(fixtures, 'cruddur.json'), 'speedscope', '8bc626382cebdea2f7f1556261da8061')
    assert.deepEqual(found, [
      { name: 'own time: 18 of 18 spans', unit: 'nanoseconds', width: 402000000, own: 402000000, calls: 6, levels: 3 },
      { name: 'critical path', unit: 'nanoseconds', width: 402000000, own: 402000000, calls: 18, levels: 3 },
    ])
  },
  async 'a timeline has every span on its lane'() {
    const found = await profiles(path.join(fixtures, 'cruddur.json'), 'perfetto', '8bc626382cebdea2f7f1556261da8061')
    assert.deepEqual(found, [
      { name: 'critical path (pid 1), critical path (tid 1)', unit: 'microseconds', width: 402000, own: 402000, calls: 35, levels: 1 },
      { name: 'backend-flask (pid 2), lane 1 (tid 2)', unit: 'microseconds', width: 402000, own: 402000, calls: 18, levels: 3 },
    ])
  },
  async 'what runs beside another is on a lane of its own, and what still runs is left open'() {
    const file = otlp('beside.json', [
      ['web', 1, 0, 'root', 0, 100000], ['web', 2, 1, 'a', 10000, 60000], ['web', 3, 1, 'b', 20000, 90000], ['web', 4, 3, 'runs', 30000, null],
      ['</script>', 5, 2, '"\\\u0000\u202e', 20000, 30000],
    ])
    const found = await profiles(file, 'perfetto', id)
    const told = found.map(({ name, calls, levels }) => [name, calls, levels])
    assert.deepEqual(told.slice(1), [
      ['web (pid 2), lane 1 (tid 2)', 2, 2], ['web (pid 2), lane 2 (tid 3)', 1, 1], ['web (pid 2), lane 3 (tid 4)', 0, 0],
      ['</script> (pid 5), lane 1 (tid 5)', 1, 1],
    ])
    assert.equal(warnings.filter(words => words.includes('still open at end')).length, 1)
    warnings.length = 0
    const flames = await profiles(file, 'speedscope', id)
    assert.equal(flames[0].name, 'own time: 4 of 5 spans, 1 running or without times')
  },
  async 'ten thousand levels and a hundred thousand siblings can be read'() {
    const deep = Array.from({ length: 10000 }, (_, at) => ['web', at + 1, at, `step ${at}`, at * 1000, 30000000 - at * 1000])
    const [own, way] = await profiles(otlp('deep.json', deep), 'speedscope', id)
    assert.deepEqual([own.width, own.own, own.levels, way.width, way.levels], [30000000, 30000000, 1001, 30000000, 1001])
    const lanes = await profiles(otlp('deep.json', deep), 'perfetto', id)
    assert.deepEqual([lanes.length, Math.max(...lanes.map(lane => lane.levels))], [1 + 40, 250])
    const wide = Array.from({ length: 100000 }, (_, at) => ['web', at + 1, at && 1, 'step', at * 1000, at ? at * 1000 + 900 : 200000000])
    const [flat] = await profiles(otlp('wide.json', wide), 'speedscope', id)
    assert.deepEqual([flat.width, flat.own, flat.calls], [200000000, 200000000, 2])
  },
}

let failed = 0
for (const [what, check] of Object.entries(checks)) {
  try {
    warnings.length = 0
    await check()
    assert.deepEqual(warnings, [], 'speedscope has nothing to say')
    console.log(`ok      ${what}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${what}\n${String(error.message ?? error).slice(0, 2000)}`)
  }
}
rmSync(home, { recursive: true })
process.exit(failed ? 1 : 0)
