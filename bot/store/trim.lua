-- Remove the oldest entries, keep the hash of the last of them as the anchor, and record that.
-- KEYS: the record, its head
-- ARGV: how old in milliseconds an entry may get, how many at most are removed at once
-- Returns how many were removed.
local record, head = KEYS[1], KEYS[2]
local now = clock()

local old = redis.call('XRANGE', record, '-', string.format('%.0f', now - ARGV[1]), 'COUNT', ARGV[2])
if #old == 0 then
  return 0
end
local positions, hash = {}, nil
for i, entry in ipairs(old) do
  positions[i], hash = entry[1], entry[2][4]
end
local number = tonumber(redis.call('HGET', head, 'anchor_number') or 0) + #old
redis.call('XDEL', record, unpack(positions))
redis.call('HSET', head, 'anchor_number', number, 'anchor_hash', hash)
append(record, head, now, string.format('"what":"trimmed","who":"bot","to":%.0f,"of":"%s"', number, hash))
return #old
