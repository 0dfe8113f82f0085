-- Read a deletion. KEYS: the deletion. Returns the time and its fields.
return {clock(), redis.call('HGETALL', KEYS[1])}
