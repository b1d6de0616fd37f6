/**
 * What Redis does at one stroke. Keys of a match: a hash `{e: epoch, n: log position, w: time to wake}`, and a sorted set of
 * its records that PostgreSQL may not have yet, by their `n`. `dirty` are the matches that have such, by the time of the
 * first. A record is text: `epoch n count at`, entries, events, by line feeds, which JSON has none of.
 */

/** ARGV: now, then of each match: id, epoch, base, count, wake, record. Answers ok, fenced, lost or gap for each. */
const COMMIT = `
local answers = {}
for i = 1, (#KEYS - 1) / 2 do
  local hash, records, at = KEYS[2 * i], KEYS[2 * i + 1], 6 * i - 4
  local epoch, base, count = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local known = redis.call('HMGET', hash, 'e', 'n')
  local n = tonumber(known[2] or '-1')
  if not known[1] or tonumber(known[1]) < epoch then answers[i] = 'lost'
  elseif tonumber(known[1]) > epoch then answers[i] = 'fenced'
  elseif n == base then
    redis.call('HSET', hash, 'n', base + count, 'w', ARGV[at + 4])
    redis.call('PERSIST', hash)
    if count > 0 then redis.call('ZADD', records, base + 1, ARGV[at + 5]) end
    redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[at])
    answers[i] = 'ok'
  elseif n == base + count then answers[i] = 'ok'
  else answers[i] = 'gap' end
end
return answers`;

/** ARGV: epoch. From here on older epochs are fenced. Answers n, wake and the records; nothing where the match is unknown, 'fenced' where a later epoch has it. */
const TAKE = `
local known = redis.call('HMGET', KEYS[1], 'e', 'n', 'w')
if not known[1] then return {} end
if tonumber(known[1]) > tonumber(ARGV[1]) then return {'fenced'} end
redis.call('HSET', KEYS[1], 'e', ARGV[1])
return {known[2], known[3], redis.call('ZRANGE', KEYS[2], 0, -1)}`;

/** ARGV: epoch, n, wake. The match as its holder knows it, all of it flushed. Answers 1, or 0 where a later epoch has it. */
const SEED = `
local known = redis.call('HMGET', KEYS[1], 'e', 'n')
local epoch, mine = tonumber(known[1] or '0'), tonumber(ARGV[1])
if epoch > mine then return 0 end
-- a seed that was on its way for long
if epoch == mine and tonumber(known[2]) > tonumber(ARGV[2]) then return 1 end
redis.call('HSET', KEYS[1], 'e', ARGV[1], 'n', ARGV[2], 'w', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`;

/** ARGV: time to live, then of each match: id, epoch, n up to which PostgreSQL has it. What is flushed may be forgotten. */
const CLEAN = `
for i = 1, (#KEYS - 1) / 2 do
  local hash, records, at = KEYS[2 * i], KEYS[2 * i + 1], 3 * i - 1
  local known = redis.call('HMGET', hash, 'e', 'n')
  if known[1] == ARGV[at + 1] then
    redis.call('ZREMRANGEBYSCORE', records, '-inf', ARGV[at + 2])
    if known[2] == ARGV[at + 2] then
      redis.call('ZREM', KEYS[1], ARGV[at])
      redis.call('PEXPIRE', hash, ARGV[1])
    end
  end
end`;

/** ARGV: id, epoch. The match is over, or given back. */
const FORGET = `
local epoch = redis.call('HGET', KEYS[1], 'e')
if epoch and tonumber(epoch) > tonumber(ARGV[2]) then return end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])`;

export const hotScripts = { COMMIT, TAKE, SEED, CLEAN, FORGET };
export type HotScript = keyof typeof hotScripts;
