/** What the directory of rooms does in one step: listings in a hash, ids of each process in a set, open rooms by offer. */

/** The process of a listing; nil where there is none, or it can't be read. */
const OWNER = `
local function owner(text)
  local isJson, room = pcall(cjson.decode, text or '')
  return isJson and type(room) == 'table' and room.processId or nil
end`;

/** KEYS rooms, process, offer. ARGV id, listing, process, score, is it open, how. 0: not written; see Recording. */
const RECORD = `${OWNER}
local known = owner(redis.call('HGET', KEYS[1], ARGV[1]))
if known and (ARGV[6] == 'new' or known ~= ARGV[3]) then return 0 end
if not known and ARGV[6] == 'changed' then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[1])
if ARGV[5] == '1' then redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[1]) else redis.call('ZREM', KEYS[3], ARGV[1]) end
return 1`;

/** KEYS rooms, process, offer. ARGV id, process. Only the listing of that process goes. */
const REMOVE = `${OWNER}
if owner(redis.call('HGET', KEYS[1], ARGV[1])) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1`;

/** KEYS rooms, offer. ARGV id, listing ('' for none). What offers nothing goes, unless it is listed otherwise by now. */
const DROP = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])`;

export const directoryScripts = { directoryRecord: RECORD, directoryRemove: REMOVE, directoryDrop: DROP };

/** new: where the id is free. changed: where it is listed by this process. anyhow: where no other process has it. */
export type Recording = 'new' | 'changed' | 'anyhow';
