-- Which deletions are due, the longest overdue first. KEYS: the deadlines. ARGV: how many at most.
return redis.call('ZRANGE', KEYS[1], '-inf', clock(), 'BYSCORE', 'LIMIT', 0, ARGV[1])
